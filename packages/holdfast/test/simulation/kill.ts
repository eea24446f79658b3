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
  readonly settings?: SessionOptions;
}

/** Worlds in which much happens, and one that is drained in the middle of it: most mistakes are seen there, so they come first. */
const telling = [4, 2];

/** What the simulator finds wrong with the mutant in the first of these worlds that shows it; null when it survives all. */
export async function violationOf(
  mutant: Mutant,
  { count, settings = {} }: Worlds,
): Promise<string | null> {
  return await withMutant(mutant, async (load) => {
    const { simulate } = (await load('testing/simulator.ts')) as typeof Simulator;
    const all = Array.from({ length: count }, (_, index) => index + 1);
    for (const seed of new Set([...telling, ...all])) {
      const { violation } = await simulate({ seed, minutes, settings });
      if (violation !== null) return `${violation.invariant}: ${violation.message}`;
    }
    return null;
  });
}
