import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

const limit = 5;

/** A target that never gives a slot back, and answers whatever it does not know with the token it was asked with. */
export class LeakyTarget {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  /** Slots taken by user: only ever more. */
  readonly #taken: Map<string, number> = new Map();

  constructor() {
    this.#server = createServer((request, response) => {
      const user = /^\/api\/v1\/users\/([^/]+)\/sessions/.exec(request.url ?? '')?.[1];
      if (user === undefined) {
        response.writeHead(500).end(`no: ${request.headers.authorization}`);
        return;
      }
      const count = this.#taken.get(decodeURIComponent(user)) ?? 0;
      response.end(JSON.stringify({ count, limit, sessions: [] }));
    });
    this.#server.on('upgrade', (request, socket, head) => {
      const [, claims = ''] = (request.headers.authorization ?? '').split('.');
      const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#open(ws, sub));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #open(ws: WebSocket, user: string): void {
    const taken = this.#taken.get(user) ?? 0;
    if (taken >= limit) {
      ws.close(4429, '{"r":"user-limit"}');
      return;
    }
    this.#taken.set(user, taken + 1);
    ws.send(JSON.stringify({ type: 'ready', session: `${taken}`, epoch: 'e', offset: 0, limit }));
  }
}
