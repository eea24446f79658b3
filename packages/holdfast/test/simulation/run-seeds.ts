import type { SessionOptions } from '../../src/core/options.ts';
import { replay, type SimulationResult, simulate } from '../../src/testing/simulator.ts';

/** How much time passes in each run, in minutes of the simulation. */
export const minutes = 30;

/** Which seeds: from `first` on, so many. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
  /** Settings that are fixed instead of drawn from the seed. */
  readonly settings?: SessionOptions;
}

/**
 * Runs the simulation with each of these seeds and adds up what happened.
 *
 * @throws Error at the first seed in which an invariant does not hold, with what led to it and the command that repeats it
 */
export async function runSeeds({
  first,
  count,
  settings = {},
}: Seeds): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (let seed = first; seed < first + count; seed += 1) {
    const { violation, counts }: SimulationResult = await simulate({ seed, minutes, settings });
    if (violation !== null) throw new Error(await replay({ seed, minutes, settings }));
    for (const [event, times] of Object.entries(counts)) sums[event] = (sums[event] ?? 0) + times;
  }
  return sums;
}
