import type { SeededRandom } from '../seeded-random.ts';
import type { Stage } from './stage.ts';

/** Something somebody does, and how often in proportion to the others. It happens in the world, not in the process. */
export interface Act {
  readonly name: string;
  readonly weight: number;
  readonly run: (stage: Stage) => void;
}

/** One of these, by weight. */
export function drawAct(random: SeededRandom, acts: readonly Act[]): Act | undefined {
  const total = acts.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.next() * total;
  for (const act of acts) {
    left -= act.weight;
    if (left < 0) return act;
  }
  return acts.at(-1);
}
