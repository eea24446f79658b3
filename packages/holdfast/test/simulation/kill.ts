import type * as Simulator from '../../src/testing/simulator.ts';
import { type Mutant, withMutant } from '../mutants.ts';
import { minutes } from './run-seeds.ts';

/** The first of these many seeds in which the simulator finds the mistake; null when it survives all of them. */
export async function firstKillingSeed(mutant: Mutant, mostSeeds: number): Promise<number | null> {
  return await withMutant(mutant, async (load) => {
    const { simulate } = (await load('testing/simulator.ts')) as typeof Simulator;
    for (let seed = 1; seed <= mostSeeds; seed += 1) {
      const { violation } = await simulate({ seed, minutes });
      if (violation !== null) return seed;
    }
    return null;
  });
}
