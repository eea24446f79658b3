import { Agent, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';

type WhenConnected = (error: Error | null, stream: Duplex) => void;
type CreateConnection = (options: ClientRequestArgs, whenConnected?: WhenConnected) => Duplex;

/** An agent of one connection that keeps hold of it, so that a test may let go of it without a word. */
export class RecordingAgent extends Agent {
  #socket: Duplex | undefined;

  // https://nodejs.org/docs/latest-v20.x/api/http.html#agentcreateconnectionoptions-callback
  createConnection(options: ClientRequestArgs, whenConnected?: WhenConnected): Duplex {
    const create = (Agent.prototype as unknown as { createConnection: CreateConnection })
      .createConnection;
    this.#socket = create.call(this, options, whenConnected);
    return this.#socket;
  }

  /** Ends the connection with a FIN and nothing before it. */
  drop(): void {
    this.#socket?.destroy();
  }
}
