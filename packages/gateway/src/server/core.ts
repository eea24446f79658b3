import type { SessionLayer } from 'holdfast';
import { ClockWatch } from './clock-watch.ts';
import type { GatewayOptions } from './gateway-options.ts';
import type { Ground } from './ground.ts';
import { closeSlowReaders, createMemoryGauge, MemoryGuard } from './memory-guard.ts';
import type { Observation } from './observation.ts';
import { createRollout, type GuardedRollout } from './rollout/create-rollout.ts';
import { openMarkFile } from './rollout/rollout-file.ts';
import { startRounds } from './rounds.ts';
import { OwnNode, type ProcessFacts } from './sessions/own-node.ts';
import type { Seat } from './sessions/seat.ts';
import type { Sessions } from './sessions/sessions.ts';
import { TokenWatch } from './token-watch.ts';

/** All of a gateway but its connections. */
export interface Core extends Ground, GuardedRollout {
  readonly layer: SessionLayer;
  readonly seat: Seat;
  readonly own: OwnNode;
  readonly sessions: Sessions;
  readonly watch: TokenWatch;
  readonly memory: MemoryGuard;
  /** When a newcomer may come back while the gateway is stopping, ms; null while it is not. */
  readonly drainRetryMs: () => number | null;
  /** The same while the memory is nearly full. */
  readonly overloadRetryMs: () => number | null;
  /** Ends what runs by itself. */
  readonly close: () => void;
}

/** What a core is made of beside its ground. */
export interface CoreParts extends Pick<GatewayOptions, 'rolloutProvider'> {
  readonly seat: Seat;
  /** Where operators reach this node. */
  readonly url: string;
  /** Begins to drain, unless that is under way. */
  readonly drain: () => void;
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

/** @throws UsageError for a rollout that was kept and cannot be read */
export function createCore(ground: Ground, parts: CoreParts): Core {
  const { config, metrics, state } = ground;
  const { seat } = parts;
  const { layer } = seat;
  const file = config.rolloutFile === undefined ? null : openMarkFile(config.rolloutFile);
  const watch = createTokenWatch(ground, seat);
  const memory = createMemoryGuard(layer, ground);
  const isStopping = (): boolean => state.readiness === 'draining';
  const provider = parts.rolloutProvider ?? null;
  const walk = createRollout({ ...ground, provider, file, layer, metrics, isStopping });
  const own = new OwnNode({
    ...{ layer, metrics, watch },
    facts: factsOf(ground, parts),
  });
  const core = { ...ground, ...walk, seat, layer, own, watch, memory };
  const endRegularWork = startRegularWork(core);
  return {
    ...core,
    sessions: seat.sessionsOf(own),
    drainRetryMs: () => (isStopping() ? (layer.returnMs() ?? LAST_RETURN_MS) : null),
    overloadRetryMs: () => (memory.isRefusing ? between(OVERLOAD_RETRY_MS) : null),
    close: () => {
      endRegularWork();
      walk.rollout.close();
      ground.leave();
    },
  };
}

function factsOf({ state, startedAt, config }: Ground, { url, drain }: CoreParts): ProcessFacts {
  const { drainTimeoutMs } = config;
  return { url, readiness: () => state.readiness, startedAt, drainTimeoutMs, drain };
}

function createTokenWatch({ tokens, faults }: Ground, seat: Seat): TokenWatch {
  const { revocations, monotonic, wallClock } = tokens;
  const watch = new TokenWatch({
    ...{ layer: seat.layer, revocations, monotonic, wallNow: wallClock.now },
    afterPoll: setImmediate,
    onFailed: (error) => faults.report('round', error),
    turnAwayWaiting: (userId, isMeant) => seat.turnAwayWaiting(userId, isMeant),
  });
  seat.layer.subscribe(watch.hear);
  return watch;
}

type Worked = Pick<
  Core,
  'lines' | 'faults' | 'lag' | 'watch' | 'webhooks' | 'memory' | 'tokens' | 'guard' | 'seat'
>;

function startRegularWork(core: Worked): () => void {
  const { lines, faults, lag, watch, webhooks, memory, tokens, guard, seat } = core;
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
      { everyMs: SECOND_MS, act: () => seat.look() },
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
