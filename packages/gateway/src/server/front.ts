import { readFileSync } from 'node:fs';
import { acceptUpgrades, type Upgrades } from 'holdfast/ws';
import { createApp } from './api/app.ts';
import { createAdminCheck } from './auth/admin.ts';
import { UpgradeDecision } from './connections/upgrade-decision.ts';
import type { Core } from './core.ts';
import type { Entrance } from './entrance.ts';
import { reportHealth } from './health-report.ts';
import { type Answer, serveFetch } from './http/serve-fetch.ts';
import { PrometheusText } from './metrics/prometheus.ts';
import { createOriginCheck } from './origin.ts';
import { required } from './token-checks.ts';

/** The connections of a gateway. */
export interface Front extends Pick<Entrance, 'server' | 'book'> {
  readonly upgrades: Upgrades;
}

/** Lets users in, and answers the API. */
export function openFront(core: Core, { server, book, rates, trust, serve }: Entrance): Front {
  const { config, sessions, tokens, rollout, lines } = core;
  const { drainRetryMs, overloadRetryMs } = core;
  serve(createAnswer(core));
  const decision = new UpgradeDecision({
    ...{ book, rates, trust, drainRetryMs, overloadRetryMs },
    isOriginAllowed: createOriginCheck(config.allowedOrigins),
    verifier: tokens.verifier,
    stanceOf: (userId) => rollout.stanceOf(userId),
    onTurnedAway: (reason) => lines.tellTurnedAway(reason),
  });
  const upgrades = acceptUpgrades(server, {
    layer: sessions,
    decide: decision.decide,
    onUnfinished: decision.unfinished,
    maxPayloadBytes: config.maxPayloadBytes,
    decisionTimeoutMs: config.handshakeTimeoutMs,
  });
  return { server, book, upgrades };
}

/** Answers HTTP requests; never rejects. */
function createAnswer(core: Core): Answer {
  const { seat, layer, sessions, metrics, faults, rollout, guard, state, config } = core;
  const prometheus = new PrometheusText(core);
  const isRefusing = (): boolean => config.onStoreFailure === 'refuse' && seat.isStoreAway;
  const onFault = (error: unknown): void => faults.report('http', error);
  const app = createApp({
    sessions,
    metrics,
    limit: config.maxSessionsPerUser,
    isAdmin: createAdminCheck(required('adminToken', config.adminToken)),
    version: readVersion(),
    readiness: () =>
      state.readiness === 'ready' && isRefusing() ? 'store-unavailable' : state.readiness,
    health: () =>
      reportHealth({ layer, faults, isListening: state.isListening, nowMs: Date.now() }),
    scrape: () => prometheus.read(),
    overloadRetryMs: core.overloadRetryMs,
    rollout,
    guardRules: guard.rules,
    onThrow: onFault,
  });
  return serveFetch({ fetch: app.fetch, host: config.host, onFault });
}

function readVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
