import type { SessionOptions } from '../../src/core/options.ts';
import type * as Simulator from '../../src/testing/simulator.ts';
import { type Mutant, withMutant } from '../mutants.ts';
import { minutes } from './run-seeds.ts';

/** What the simulator finds wrong with the mutant in the first of these many seeds that shows it; null when it survives all. */
export async function violationOf(
  mutant: Mutant,
  mostSeeds: number,
  settings: SessionOptions = {},
): Promise<string | null> {
  return await withMutant(mutant, async (load) => {
    const { simulate } = (await load('testing/simulator.ts')) as typeof Simulator;
    for (let seed = 1; seed <= mostSeeds; seed += 1) {
      const { violation } = await simulate({ seed, minutes, settings });
      if (violation !== null) return `${violation.invariant}: ${violation.message}`;
    }
    return null;
  });
}
