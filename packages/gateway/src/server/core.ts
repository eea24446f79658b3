import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { Metrics, type SessionListener, SessionLayer } from 'holdfast';
import type { Readiness } from './api/api-parts.ts';
import { ClockWatch } from './clock-watch.ts';
import type { ServeConfig } from './config/serve-config.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { closeSlowReaders, createMemoryGauge, MemoryGuard } from './memory-guard.ts';
import { LoopLag } from './metrics/loop-lag.ts';
import { createObservation, type Observation } from './observation.ts';
import { createRollout, type GuardedRollout } from './rollout/create-rollout.ts';
import { openMarkFile } from './rollout/rollout-file.ts';
import { startRounds } from './rounds.ts';
import { createSessionHooks } from './session-hooks.ts';
import { boundHistory, sessionOptionsOf } from './session-options.ts';
import { createTokenChecks, type TokenChecks } from './token-checks.ts';
import { isInForce, TokenWatch } from './token-watch.ts';
import { createWebhooks, type Webhooks } from './webhooks/webhooks.ts';

/** All of a gateway but its connections. */
export interface Core extends Observation, GuardedRollout {
  readonly config: ServeConfig;
  readonly layer: SessionLayer;
  readonly metrics: Metrics;
  readonly tokens: TokenChecks;
  readonly watch: TokenWatch;
  /** Null where the application is not called. */
  readonly webhooks: Webhooks | null;
  readonly memory: MemoryGuard;
  readonly lag: LoopLag;
  readonly state: { readiness: Readiness; isListening: boolean };
  /** When a newcomer may come back while the gateway is stopping, ms; null while it is not. */
  readonly drainRetryMs: () => number | null;
  /** The same while the memory is nearly full. */
  readonly overloadRetryMs: () => number | null;
  /** Ends what runs by itself. */
  readonly close: () => void;
}

/** Told to those who come when the drain time is up: the process is about to be gone. */
const LAST_RETURN_MS = 1000;
const MEMORY_LOOK_MS = 250;
const SECOND_MS = 1000;
/** The metric tells the worst of the last one or two of these. */
const LAG_TURN_MS = 30_000;
const REVOCATION_LOOK_MS = 60_000;
/** Newcomers turned away by a full memory come back within this time, spread over it. */
const OVERLOAD_RETRY_MS = { least: 1000, most: 5000 };

/** @throws UsageError for settings that contradict each other, and for a rollout that was kept and cannot be read */
export function createCore(options: GatewayOptions): Core {
  const { config, note } = boundHistory(options.config, getHeapStatistics().heap_size_limit);
  const file = config.rolloutFile === undefined ? null : openMarkFile(config.rolloutFile);
  const node = drawNode();
  const observation = createObservation(options, node);
  const { layer, metrics, tokens, webhooks } = createLayer(config, node, observation);
  if (note !== undefined) observation.log.warn('note', note);
  const watch = new TokenWatch({ ...tokens, layer });
  layer.subscribe(watch.hear);
  const state: Core['state'] = { readiness: 'starting', isListening: false };
  const memory = createMemoryGuard(layer, observation);
  const isStopping = (): boolean => state.readiness === 'draining';
  const provider = options.rolloutProvider ?? null;
  const kept = { config, provider, file };
  const walk = createRollout({ ...observation, ...kept, layer, metrics, isStopping });
  const lag = new LoopLag();
  const tools = { ...walk, metrics, tokens, watch, webhooks, memory, lag };
  const parts = { ...observation, ...tools, config, layer, state };
  const endRegularWork = startRegularWork(parts);
  return {
    ...parts,
    drainRetryMs: () =>
      state.readiness === 'draining' ? (layer.returnMs() ?? LAST_RETURN_MS) : null,
    overloadRetryMs: () => (memory.isRefusing ? between(OVERLOAD_RETRY_MS) : null),
    close: () => {
      endRegularWork();
      webhooks?.close();
      walk.rollout.close();
      tokens.close();
      lag.stop();
    },
  };
}

/** The session layer, with those who hear its events and do what it asks for. */
function createLayer(
  config: ServeConfig,
  node: string,
  { faults, lines }: Observation,
): Pick<Core, 'layer' | 'metrics' | 'tokens' | 'webhooks'> {
  const metrics = new Metrics();
  // Each is a listener of its own: what one throws does not keep an event from the others.
  const listeners: readonly SessionListener[] = [
    (event) => metrics.record(event, performance.now()),
    (event) => lines.tell(event),
  ];
  const tokens = createTokenChecks(config, faults);
  const webhooks = createWebhooks({ config, node, faults, lines });
  const hooks = createSessionHooks({ ...tokens, webhooks });
  const isWelcome = (extra: unknown): boolean => isInForce(extra, tokens);
  const layer = new SessionLayer(sessionOptionsOf(config), { node, listeners, hooks, isWelcome });
  return { layer, metrics, tokens, webhooks };
}

/** The start of the process in ms, and 40 random bits: unique for all time. */
function drawNode(): string {
  return `${Date.now().toString(36)}${randomBytes(5).toString('hex')}`;
}

type Worked = Pick<
  Core,
  'lines' | 'faults' | 'lag' | 'watch' | 'webhooks' | 'memory' | 'tokens' | 'guard'
>;

function startRegularWork(core: Worked): () => void {
  const { lines, faults, lag, watch, webhooks, memory, tokens, guard } = core;
  const clock = new ClockWatch({
    wallClock: tokens.wallClock,
    onBehind: (ms) => faults.hold('clock', `The clock is ${Math.round(ms / SECOND_MS)} s behind.`),
    onRight: () => faults.clear('clock'),
  });
  return startRounds(
    [
      { everyMs: MEMORY_LOOK_MS, act: () => memory.look() },
      { everyMs: SECOND_MS, act: () => watch.endExpired() },
      { everyMs: REVOCATION_LOOK_MS, act: () => tokens.revocations.removeEnded() },
      { everyMs: LAG_TURN_MS, act: () => lag.turn() },
      { everyMs: SECOND_MS, act: () => clock.look() },
      { everyMs: SECOND_MS, act: () => lines.tellLeftOut() },
      { everyMs: SECOND_MS, act: () => webhooks?.look() },
      { everyMs: SECOND_MS, act: () => guard.look() },
    ],
    (error) => faults.report('round', error),
  );
}

function createMemoryGuard(layer: SessionLayer, { faults }: Observation): MemoryGuard {
  return new MemoryGuard({
    read: createMemoryGauge(),
    shed: () => closeSlowReaders(layer),
    onPressure: (share) => faults.hold('memory', `${Math.round(share * 100)} % are in use.`),
    onRelief: () => faults.clear('memory'),
  });
}

function between({ least, most }: typeof OVERLOAD_RETRY_MS): number {
  return least + Math.random() * (most - least);
}
