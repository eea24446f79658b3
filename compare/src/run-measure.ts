import { SeededRandom } from 'holdfast/testing';
import type { Bench, Measure } from './measures/bench.ts';
import type { Plan } from './plan.ts';
import type { Samples } from './samples.ts';
import type { System } from './systems/system.ts';

/** Which round it is, and what is kept of it. */
export interface Turn {
  readonly plan: Plan;
  /** From 0. */
  readonly round: number;
  readonly samples: Samples;
}

/** Starts the system anew, takes these measures of it at once, and stops it. */
export async function runMeasures(
  system: System,
  measures: readonly Measure[],
  turn: Turn,
): Promise<void> {
  const deployment = await system.start();
  const undo: (() => Promise<void> | void)[] = [];
  const { plan, round, samples } = turn;
  try {
    await Promise.all(
      measures.map(async (measure) => {
        const bench: Bench = {
          system,
          deployment,
          random: new SeededRandom(plan.seed + round),
          phase: (round + 0.5) / plan.rounds,
          isQuick: plan.isQuick,
          keep: (figure, value) => samples.keep(figure, value),
          undoLater: (one) => undo.push(one),
        };
        await measure.run(bench);
      }),
    );
  } finally {
    for (const one of undo.toReversed()) await one();
    await deployment.host?.stop();
  }
}
