import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyTrust, type ProxyTrust } from './address.ts';
import { ConnectionBook } from './connections/connection-book.ts';
import { HandshakeRates } from './connections/handshake-rates.ts';
import { createHttpServer } from './connections/http-server.ts';
import type { Ground } from './ground.ts';
import { type Answer, serveFetch } from './http/serve-fetch.ts';
import { createStartingAnswers } from './starting-answers.ts';

/** The door of a gateway: it stands open before there are sessions, so that whoever asks is told so. */
export interface Entrance {
  readonly server: Server;
  readonly book: ConnectionBook;
  readonly rates: HandshakeRates;
  readonly trust: ProxyTrust;
  /** Has requests answered by this from now on. */
  readonly serve: (answer: Answer) => void;
}

/** Connections the kernel may hold before they are accepted; it lowers this to its own bound. */
const BACKLOG = 4096;

/** Makes the server; it does not listen yet. */
export function createEntrance(ground: Ground): Entrance {
  const { config, state, faults } = ground;
  const trust = createProxyTrust(config.trustedProxies);
  const rates = new HandshakeRates({
    ...{ rate: config.handshakeRate, trust },
    now: () => performance.now(),
  });
  const book = new ConnectionBook({
    most: config.maxConnections,
    onUnfinished: (peer) => rates.chargePeer(peer),
  });
  let current = serveFetch({
    fetch: createStartingAnswers(ground),
    host: config.host,
    onFault: (error) => faults.report('http', error),
  });
  const server = createHttpServer({
    book,
    handshakeTimeoutMs: config.handshakeTimeoutMs,
    answer: (request, response) => current(request, response),
    isStopping: () => state.readiness === 'draining',
  });
  const serve = (answer: Answer): void => {
    current = answer;
  };
  return { server, book, rates, trust, serve };
}

/** Begins to listen, and resolves with the port. @throws what `listen` tells: `EADDRINUSE`, `EACCES`, … */
export async function openEntrance({ server }: Entrance, ground: Ground): Promise<number> {
  const { config, state, faults } = ground;
  const { host, port } = config;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      server.on('error', (error) => faults.report('accept', error));
      resolve();
    });
  });
  state.isListening = true;
  server.once('close', () => {
    state.isListening = false;
  });
  return (server.address() as AddressInfo).port;
}
