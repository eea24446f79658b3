import type { OnStoreFailure } from '../../cluster/index.ts';
import type { SessionOptions } from '../../core/options.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** The kinds of failure a run can be spared. */
export type ClusterFaultKind =
  | 'store-frozen'
  | 'store-slow'
  | 'store-refusing'
  | 'store-wiped'
  | 'store-failover'
  | 'link-held'
  | 'link-cut'
  | 'node-frozen'
  | 'node-killed'
  | 'node-drained';

/** All of them. */
export const clusterFaultKinds: readonly ClusterFaultKind[] = [
  'store-frozen',
  'store-slow',
  'store-refusing',
  'store-wiped',
  'store-failover',
  'link-held',
  'link-cut',
  'node-frozen',
  'node-killed',
  'node-drained',
];

/** Names that must never be mistaken for each other, or for something else. */
const userIds = ['1', '12', '__proto__', 'a:b', '{1}'];

/** What one run is like, all of it drawn from the seed. */
export interface ClusterScenario {
  readonly options: SessionOptions;
  readonly onStoreFailure: OnStoreFailure;
  readonly nodes: number;
  readonly userIds: readonly string[];
  /** Mean time between two things somebody does, and between two failures. */
  readonly paceMs: number;
  readonly faultPaceMs: number;
  /** What fails in this run. */
  readonly faults: readonly ClusterFaultKind[];
  /** How many clients more than the limit a user likes to have. */
  readonly crowd: number;
  readonly hasBroadcasts: boolean;
  /** Events that nobody has read may be pushed out. */
  readonly isLogShort: boolean;
}

export function drawClusterScenario(
  random: SeededRandom,
  kinds: readonly ClusterFaultKind[],
): ClusterScenario {
  const isLogShort = random.chance(0.3);
  const options: SessionOptions = {
    maxSessionsPerUser: random.between(1, 5),
    onLimit: random.chance(0.8) ? 'deny' : 'evict-oldest',
    probeTimeoutMs: random.oneOf([1_000, 1_000, 500]),
    pingIntervalMs: random.oneOf([25_000, 8_000]),
    resumeWindowMs: random.oneOf([30_000, 20_000]),
    historyEvents: isLogShort ? 12 : 16_384,
    environment: 'production',
  };
  const share = random.oneOf([0, 0.2, 0.5, 1]);
  return {
    options,
    onStoreFailure: random.chance(0.7) ? 'local' : 'refuse',
    nodes: random.between(2, 4),
    userIds: userIds.slice(0, random.between(1, userIds.length)),
    paceMs: random.oneOf([60, 150, 400]),
    faultPaceMs: random.oneOf([2_000, 6_000]),
    faults: kinds.filter(() => random.chance(share)),
    isLogShort,
    crowd: random.between(-1, 3),
    hasBroadcasts: random.chance(0.5),
  };
}
