import { memoryUsage } from 'node:process';
import type { Provider } from '@openfeature/server-sdk';
import type { Metrics, SessionLayer } from 'holdfast';
import type { ServeConfig } from '../config/serve-config.ts';
import type { Observation } from '../observation.ts';
import { GuardWatch } from './guard-watch.ts';
import { type MarkFile, Rollout } from './rollout.ts';

/** What the rollout of a gateway is made from. */
export interface RolloutGround extends Pick<Observation, 'log' | 'faults'> {
  readonly config: ServeConfig;
  readonly layer: SessionLayer;
  readonly metrics: Metrics;
  /** Null for our own. */
  readonly provider: Provider | null;
  /** Null where nothing is kept. */
  readonly file: MarkFile | null;
  readonly isStopping: () => boolean;
}

/** The rollout of a gateway, and what guards it. */
export interface GuardedRollout {
  readonly rollout: Rollout;
  readonly guard: GuardWatch;
}

/** An interim limit that nobody has set is this many times the usual one. */
const INTERIM_FACTOR = 4;
const LARGEST_LIMIT = 1000;

/** Makes the rollout of a gateway, as it was kept or as it is to begin. */
export function createRollout(ground: RolloutGround): GuardedRollout {
  const { config, layer, metrics, log, faults, provider, file, isStopping } = ground;
  const limit = config.maxSessionsPerUser;
  const rollout = new Rollout({
    ...{ layer, log, faults, provider, file, percent: config.rolloutPercent },
    isShared: config.redisUrl !== undefined,
    now: () => Date.now(),
    interimLimit: config.interimLimit ?? Math.min(LARGEST_LIMIT, limit * INTERIM_FACTOR),
  });
  const guard = new GuardWatch({
    ...{ layer, metrics, rollout, isStopping },
    rules: {
      latencyMs: config.rollbackLatencyMs,
      sweepFailures: config.rollbackSweepFailures,
      memoryGrowthBytes: config.rollbackMemoryGrowthBytes,
      standMs: config.rollbackAfterMs,
    },
    now: () => performance.now(),
    memoryBytes: readMemoryBytes,
  });
  layer.subscribe(guard.hear);
  return { rollout, guard };
}

/** What JavaScript objects and buffers take, garbage among it. */
function readMemoryBytes(): number {
  const { heapUsed, external } = memoryUsage();
  return heapUsed + external;
}
