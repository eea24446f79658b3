import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { acceptUpgrades, type Upgrades } from 'holdfast/ws';
import { createProxyTrust } from './address.ts';
import { createApp } from './api/app.ts';
import { createAdminCheck } from './auth/admin.ts';
import { ConnectionBook } from './connections/connection-book.ts';
import { HandshakeRates } from './connections/handshake-rates.ts';
import { createHttpServer } from './connections/http-server.ts';
import { UpgradeDecision } from './connections/upgrade-decision.ts';
import type { Core } from './core.ts';
import { reportHealth } from './health-report.ts';
import { createProblem, problemResponse } from './http/problem.ts';
import { PrometheusText } from './metrics/prometheus.ts';
import { createOriginCheck } from './origin.ts';
import { required } from './token-checks.ts';

/** The connections of a gateway. */
export interface Front {
  readonly server: Server;
  readonly book: ConnectionBook;
  readonly upgrades: Upgrades;
}

/** Connections the kernel may hold before they are accepted; it lowers this to its own bound. */
const BACKLOG = 4096;

/**
 * Makes the server; it does not listen yet.
 *
 * @param drain called when the API is asked to let this node go
 */
export function createFront(core: Core, drain: () => void): Front {
  const { config, state } = core;
  const trust = createProxyTrust(config.trustedProxies);
  const rates = new HandshakeRates({ rate: config.handshakeRate, trust, now: monotonicMs });
  const book = new ConnectionBook({
    most: config.maxConnections,
    onUnfinished: (peer) => rates.chargePeer(peer),
  });
  const server = createHttpServer({
    book,
    handshakeTimeoutMs: config.handshakeTimeoutMs,
    answer: createAnswer(core, drain),
    isStopping: () => state.readiness === 'draining',
  });
  const decision = new UpgradeDecision({
    book,
    rates,
    trust,
    isOriginAllowed: createOriginCheck(config.allowedOrigins),
    verifier: core.tokens.verifier,
    stanceOf: (userId) => core.rollout.stanceOf(userId),
    drainRetryMs: core.drainRetryMs,
    overloadRetryMs: core.overloadRetryMs,
    onTurnedAway: (reason) => core.lines.tellTurnedAway(reason),
  });
  const upgrades = acceptUpgrades(server, {
    layer: core.layer,
    decide: decision.decide,
    onUnfinished: decision.unfinished,
    maxPayloadBytes: config.maxPayloadBytes,
    decisionTimeoutMs: config.handshakeTimeoutMs,
  });
  return { server, book, upgrades };
}

function monotonicMs(): number {
  return performance.now();
}

/** Begins to listen. @throws what `listen` tells: `EADDRINUSE`, `EACCES`, … */
export async function openFront({ server }: Front, core: Core): Promise<number> {
  const { config, state, faults } = core;
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

/** Answers HTTP requests; never rejects. */
function createAnswer(
  core: Core,
  drain: () => void,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { layer, metrics, faults, lag, webhooks, rollout, guard, state, config } = core;
  const prometheus = new PrometheusText({ layer, metrics, faults, lag, webhooks, rollout });
  const app = createApp({
    layer,
    metrics,
    isAdmin: createAdminCheck(required('adminToken', config.adminToken)),
    version: readVersion(),
    readiness: () => state.readiness,
    node: { startedAt: Date.now(), drainTimeoutMs: config.drainTimeoutMs, drain },
    health: () =>
      reportHealth({ layer, faults, isListening: state.isListening, nowMs: Date.now() }),
    scrape: () => prometheus.read(),
    revoke: (order) => core.watch.revoke(order),
    overloadRetryMs: core.overloadRetryMs,
    rollout,
    guardRules: guard.rules,
    onThrow: (error) => faults.report('http', error),
  });
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    hostname: config.host,
    errorHandler: (error) => refuseRequest(error, core),
  });
  return async (request, response) => {
    try {
      await listener(request, response);
    } catch (error) {
      faults.report('http', error);
      response.destroy();
    }
  };
}

/** What came is no request that can be answered: a broken host name, a broken target. */
function refuseRequest(error: unknown, { faults }: Core): Response {
  const isTheirs = error instanceof Error && error.name === 'RequestError';
  if (!isTheirs) faults.report('http', error);
  return problemResponse(
    isTheirs
      ? createProblem(400, 'bad-request', 'Expected a request target and a Host as in RFC 9112.')
      : createProblem(500, 'internal', 'Expected the gateway to serve this; it failed.'),
  );
}

function readVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
