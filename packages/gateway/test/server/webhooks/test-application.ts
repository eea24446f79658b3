import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as the application got it. */
export interface ReceivedCall {
  readonly headers: IncomingMessage['headers'];
  readonly id: string;
  /** The body, byte for byte. */
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** What the application does about a call. */
export type Behaviour = (call: ReceivedCall, response: ServerResponse) => void;

/** Answers 204. */
export const well: Behaviour = (_call, response) => {
  response.writeHead(204).end();
};

/** Answers this status. */
export function withStatus(status: number, headers: Record<string, string> = {}): Behaviour {
  return (_call, response) => {
    response.writeHead(status, headers).end('an answer nobody reads');
  };
}

/** A real HTTP server in the place of an application. */
export class TestApplication {
  readonly calls: ReceivedCall[] = [];
  connections = 0;
  behave: Behaviour = well;
  #server: Server | null = null;
  #port = 0;

  /** Listens; after a stop, on the same port again. */
  async start(): Promise<this> {
    const server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    server.on('connection', () => (this.connections += 1));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** Cuts every connection and listens no more. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** The types of the calls so far, messages with their data. */
  get story(): string[] {
    return this.calls.map(({ json: { type, data } }) =>
      data === undefined ? String(type) : `${String(type)} ${JSON.stringify(data)}`,
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { headers } = request;
    const json = JSON.parse(text) as ReceivedCall['json'];
    const call = { headers, id: String(headers['webhook-id']), text, json };
    this.calls.push(call);
    this.behave(call, response);
  }
}
