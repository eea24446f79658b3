import { io, type Socket } from 'socket.io-client';
import type {
  Arrival,
  ClientEnd,
  Dialer,
  DialRequest,
} from '../../../packages/gateway/dist/proof/dialer.js';
import { mintToken } from '../../../packages/gateway/dist/server/auth/mint.js';
import { RecordingAgent } from './recording-agent.ts';
import { SocketIoClient } from './socket-io-client.ts';

/** What reaches a server of Socket.IO. */
export interface SocketIoSettings {
  readonly url: string;
  readonly authSecret: string;
}

const patienceMs = 15_000;

/**
 * Connects clients with `socket.io-client`, over WebSocket alone as all others here. Coming back is up to the caller, who
 * hands over what the library would: the private id and the last packet's.
 */
export class SocketIoDialer implements Dialer {
  readonly #settings: SocketIoSettings;

  constructor(settings: SocketIoSettings) {
    this.#settings = settings;
  }

  async dial(request: DialRequest): Promise<Arrival> {
    const startedAt = performance.now();
    const agent = new RecordingAgent();
    const socket = this.#open(request, agent);
    const client = new SocketIoClient(request, socket, agent);
    const end = await decide(socket);
    const tookMs = performance.now() - startedAt;
    if (end !== null) {
      socket.close();
      return { isOpen: false, end, tookMs };
    }
    client.greet();
    return { isOpen: true, client, tookMs };
  }

  #open(request: DialRequest, agent: RecordingAgent): Socket {
    const { throughPort, resume } = request;
    const url = throughPort === undefined ? this.#settings.url : `http://127.0.0.1:${throughPort}`;
    const recovery =
      resume?.ticket === undefined ? {} : { pid: resume.ticket, offset: resume.epoch };
    return io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: patienceMs,
      // The type allows no agent object, its documentation does: it is handed to `ws`.
      agent: agent as unknown as string,
      auth: { token: this.#tokenFor(request), ...recovery },
    });
  }

  #tokenFor({ user, tokenTtlMs = 3_600_000 }: DialRequest): string {
    const secret = this.#settings.authSecret;
    const minted = mintToken({ secret, userId: user, nowMs: Date.now(), ttlMs: tokenTtlMs });
    if (!minted.ok) throw new Error(minted.detail);
    return minted.token;
  }
}

/** Null once the server has let it in. */
async function decide(socket: Socket): Promise<ClientEnd | null> {
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve(null));
    socket.once('connect_error', ({ message }) => {
      const code = message === 'unauthorized' ? 4401 : 1006;
      resolve({ code, reason: message, retryMs: null });
    });
  });
}

/** Makes the dialer again in another process. */
export function makeDialer(settings: SocketIoSettings): Dialer {
  return new SocketIoDialer(settings);
}
