import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { callsListener } from './answer-calls.ts';
import type { SocketPort } from './port-calls.ts';
import type { PortSettings } from './port-settings.ts';
import { tokenReader } from './read-token.ts';

const largestPayloadBytes = 64 * 1024;

/** Longer than a caller keeps a connection, so that it is never closed under a request. */
export const keepAliveMs = 75_000;

/**
 * Serves a port over `ws`: the calls of a deployment, and `/ws` for clients with a token. What is here is not what is
 * compared, so it is done as the gateway does it: a bad token is closed with 4401, a socket that fails early ends nothing.
 */
export function servePort(port: SocketPort, { authSecret, adminToken }: PortSettings): void {
  const server = createServer({ keepAliveTimeout: keepAliveMs }, callsListener(port, adminToken));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestPayloadBytes,
    perMessageDeflate: false,
  });
  const readToken = tokenReader(authSecret);
  server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on('error', () => raw.destroy());
    sockets.handleUpgrade(request, raw, head, (socket) => {
      // Whatever the error is, `close` follows, and that is what ports listen to.
      socket.on('error', () => socket.terminate());
      const user = readToken(request.headers.authorization);
      if (user === null) socket.close(4401, '{"r":"unauthorized"}');
      else port.accept(socket, user);
    });
  });
  tellWhenListening(server);
}

/** Listens on a free port of 127.0.0.1, says where on standard output, and ends on SIGTERM. */
export function tellWhenListening(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    const line = { event: 'listening', url: `http://127.0.0.1:${port}` };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  });
  process.once('SIGTERM', () => process.exit(0));
}
