import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Gateway } from '../../../src/server/gateway.ts';
import { checkClose, readServerFrame } from '../../wire-check.ts';

/** What a gateway said. */
export interface Frame {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A client as applications write it: answers pings, keeps what it hears. */
export class Client {
  readonly ws: WebSocket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Ms from the start to the first frame. */
  readyMs = Number.NaN;

  constructor(
    gateway: Pick<Gateway, 'wsUrl'>,
    token: string | null,
    { query = '', ...options }: WebSocket.ClientOptions & { readonly query?: string } = {},
  ) {
    const startedAt = performance.now();
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    this.ws = new WebSocket(`${gateway.wsUrl}${query}`, ['holdfast.v1'], {
      ...options,
      headers: { ...headers, ...options.headers },
    });
    this.ws.on('message', (data: Buffer) => {
      if (this.frames.length === 0) this.readyMs = performance.now() - startedAt;
      this.frames.push(readServerFrame(data.toString()) as Frame);
    });
    this.ws.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.ws.on('close', (code, reason) => {
        checkClose(code, reason.toString());
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** The first frame of this type, once it is there. */
  async frame(type: string): Promise<Frame> {
    for (;;) {
      const found = this.frames.find((frame) => frame.type === type);
      if (found !== undefined) return found;
      await once(this.ws, 'message');
    }
  }

  ready(): Promise<Frame> {
    return this.frame('ready');
  }
}

/** A client that is refused or closed: with which code, which reason. */
export async function closeOf(
  client: Client,
): Promise<{ code: number; r?: string; retryMs?: number }> {
  const { code, reason } = await client.closed;
  return { code, ...(reason === '' ? {} : (JSON.parse(reason) as { r: string })) };
}

/** The HTTP status with which a client is refused before the upgrade. */
export async function refusalOf(client: Client): Promise<number> {
  return await new Promise((resolve, reject) => {
    client.ws.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    client.ws.on('open', () => reject(new Error('It was let in.')));
  });
}
