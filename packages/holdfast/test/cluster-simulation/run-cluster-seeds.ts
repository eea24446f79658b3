import { replayCluster, simulateCluster } from '../../src/testing/cluster-simulator.ts';

/** Stretches of trouble in each run. */
const rounds = 1;

/** Which seeds: from `first` on, so many. */
export interface ClusterSeeds {
  readonly first: number;
  readonly count: number;
  readonly rounds?: number;
}

/**
 * Runs the simulation of a cluster with each of these seeds and adds up what happened.
 *
 * @throws Error at the first seed in which an invariant does not hold, with what led to it and the command that repeats it
 */
export async function runClusterSeeds({
  first,
  count,
  rounds: wanted = rounds,
}: ClusterSeeds): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (let seed = first; seed < first + count; seed += 1) {
    const { violation, counts } = await simulateCluster({ seed, rounds: wanted });
    if (violation !== null) throw new Error(await replayCluster({ seed, rounds: wanted }));
    for (const [event, times] of Object.entries(counts)) sums[event] = (sums[event] ?? 0) + times;
  }
  return sums;
}
