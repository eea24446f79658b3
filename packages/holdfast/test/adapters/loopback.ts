import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { acceptUpgrades, wsSocket } from '../../src/adapters/ws.ts';
import type { OpenRequest } from '../../src/sessions/open-request.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import type { SessionSocket } from '../../src/sessions/socket.ts';
import { RawPeer } from '../../src/testing/raw-peer.ts';
import type { SocketPair } from '../../src/testing/socket-contract.ts';

/** One way for a server to come by the sockets of a session layer. */
export type Way = (server: Server, arrived: (socket: SessionSocket) => void) => void;

const maxPayloadBytes = 100_000;

/** A layer that lets everybody in and does nothing to a socket. */
class IdleLayer extends SessionLayer {
  readonly #arrived: (socket: SessionSocket) => void;

  constructor(arrived: (socket: SessionSocket) => void) {
    super();
    this.#arrived = arrived;
  }

  override open({ socket }: OpenRequest): { outcome: 'left' } {
    if (socket !== undefined) this.#arrived(socket);
    return { outcome: 'left' };
  }
}

function throughEngine(wrap: typeof wsSocket): Way {
  return (server, arrived) => {
    const settings = { noServer: true, perMessageDeflate: false, maxPayload: maxPayloadBytes };
    const engine = new WebSocketServer(settings);
    server.on('upgrade', (request, raw: Socket, head) => {
      engine.handleUpgrade(request, raw, head, (ws) => arrived(wrap(ws, raw)));
    });
  };
}

/** As `acceptUpgrades` hands them to its layer. */
export const throughUpgrades: Way = (server, arrived) => {
  acceptUpgrades(server, {
    layer: new IdleLayer(arrived),
    decide: () => ({ kind: 'open', request: { userId: 'u' } }),
    maxPayloadBytes,
  });
};

/** The ways there are. */
export const ways: Readonly<Record<string, Way>> = {
  'ws with its TCP socket': throughEngine(wsSocket),
  'ws as it is': throughEngine((ws) => wsSocket(ws)),
  'ws through acceptUpgrades': throughUpgrades,
};

/** A server on loopback. */
export interface Loopback {
  readonly server: Server;
  /** A connected pair. */
  readonly connect: () => Promise<SocketPair>;
  readonly close: () => Promise<void>;
}

/** Opens one whose sockets come this way. */
export async function openLoopback(way: Way): Promise<Loopback> {
  const server = createServer();
  const arrivals: ((socket: SessionSocket) => void)[] = [];
  way(server, (socket) => arrivals.shift()?.(socket));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    connect: async () => {
      const arrived = new Promise<SessionSocket>((resolve) => arrivals.push(resolve));
      const peer = await RawPeer.connect({ port });
      return { socket: await arrived, peer };
    },
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
