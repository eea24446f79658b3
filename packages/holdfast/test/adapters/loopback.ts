import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { SessionSocket } from '../../src/sessions/socket.ts';
import { wsSocket } from '../../src/adapters/ws.ts';
import { RawPeer } from '../../src/testing/raw-peer.ts';
import type { SocketPair } from '../../src/testing/socket-contract.ts';

/** How the adapter gets to know a WebSocket. */
export type Wrap = (ws: WebSocket, raw: Socket) => SessionSocket;

/** The two ways in: with the TCP socket of the upgrade event, and the WebSocket alone. */
export const wraps: Readonly<Record<string, Wrap>> = {
  'ws with its TCP socket': (ws, raw) => wsSocket(ws, raw),
  'ws as it is': (ws) => wsSocket(ws),
};

/** A server on loopback that hands out connected pairs. */
export async function openLoopback(
  wrap: Wrap,
): Promise<{ connect: () => Promise<SocketPair>; close: () => Promise<void> }> {
  const server = createServer();
  const engine = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 100_000,
  });
  const arrivals: ((socket: SessionSocket) => void)[] = [];
  server.on('upgrade', (request, raw: Socket, head) => {
    engine.handleUpgrade(request, raw, head, (ws) => arrivals.shift()?.(wrap(ws, raw)));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connect: async () => {
      const arrived = new Promise<SessionSocket>((resolve) => arrivals.push(resolve));
      const peer = await RawPeer.connect({ port });
      return { socket: await arrived, peer };
    },
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
