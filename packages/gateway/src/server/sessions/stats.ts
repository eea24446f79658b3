import type { Latency, SeedStats } from 'holdfast';

/** The numbers of one node, and what sums of them need beside them. */
export interface NodeStats {
  readonly stats: SeedStats;
  /** Users with a session there. */
  readonly users: number;
}

/** The numbers of one node or of several. */
export interface ClusterStats extends SeedStats {
  /** How many nodes they are of. */
  readonly nodes: number;
  /** Names of nodes that have not answered in time: theirs are missing. */
  readonly silent: readonly string[];
}

/** What is added up; of what is not, the own number, the largest or the worst stands for all. */
const summed = [
  'background_cleanup_failures',
  'emergency_cleanup_triggers',
  'successful_emergency_cleanups',
  'failed_emergency_cleanups',
  'managers_created_per_minute',
  'managers_cleaned_up_per_minute',
  'resource_limit_hits',
  'users_at_manager_limit',
  'max_concurrent_managers',
  'managers_active',
  'managers_created',
  'managers_cleaned_up',
] as const satisfies readonly (keyof SeedStats)[];

/**
 * The numbers of several nodes as one. A user who has sessions on several counts on each; peaks are added up, though they may
 * have been at different times; of latencies the worst node stands for all.
 *
 * @param own those of the node that was asked
 */
export function sumStats(
  own: NodeStats,
  others: readonly NodeStats[],
  silent: readonly string[],
): ClusterStats {
  const all = [own, ...others];
  const every = all.map(({ stats }) => stats);
  const sums = Object.fromEntries(
    summed.map((name) => [name, every.reduce((sum, stats) => sum + stats[name], 0)]),
  ) as Record<(typeof summed)[number], number>;
  const users = all.reduce((sum, node) => sum + node.users, 0);
  return {
    ...own.stats,
    ...sums,
    background_cleanup_task_started: every.every((stats) => stats.background_cleanup_task_started),
    average_managers_per_user: users === 0 ? 0 : sums.managers_active / users,
    oldest_manager_age_ms: Math.max(...every.map((stats) => stats.oldest_manager_age_ms)),
    creation_latency_ms: worst(every.map((stats) => stats.creation_latency_ms)),
    admission_wait_ms: worst(every.map((stats) => stats.admission_wait_ms)),
    nodes: all.length,
    silent,
  };
}

function worst(latencies: readonly Latency[]): Latency {
  return {
    p50: Math.max(...latencies.map(({ p50 }) => p50)),
    p99: Math.max(...latencies.map(({ p99 }) => p99)),
    max: Math.max(...latencies.map(({ max }) => max)),
  };
}
