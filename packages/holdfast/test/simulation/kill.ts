import type { SessionOptions } from '../../src/core/options.ts';
import type * as Simulator from '../../src/testing/simulator.ts';
import { type Mutant, withMutant } from '../mutants.ts';
import { minutes } from './run-seeds.ts';

/** How many worlds a mutant gets to show itself in before a change lands. */
export const few = 20;

/** The worlds in which a mutant is looked for. */
export interface Worlds {
  /** From seed 1 on, so many. */
  readonly count: number;
  /** The seed that is tried first, then those that follow it, then those before it: where a mistake of that kind is seen soon. */
  readonly from?: number;
  readonly settings?: SessionOptions;
}

/** What the simulator finds wrong with the mutant in the first of these worlds that shows it; null when it survives all. */
export async function violationOf(
  mutant: Mutant,
  { count, from = 1, settings = {} }: Worlds,
): Promise<string | null> {
  return await withMutant(mutant, async (load) => {
    const { simulate } = (await load('testing/simulator.ts')) as typeof Simulator;
    for (let turn = 0; turn < count; turn += 1) {
      const seed = ((from - 1 + turn) % count) + 1;
      const { violation } = await simulate({ seed, minutes, settings });
      if (violation !== null) return `${violation.invariant}: ${violation.message}`;
    }
    return null;
  });
}
