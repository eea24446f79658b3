import type { SessionOptions } from '../core/options.ts';
import type { Clock } from '../sessions/clock.ts';
import { calm } from './simulation/calm.ts';
import { checkDrain } from './simulation/check-drain.ts';
import { checkEmpty } from './simulation/check-empty.ts';
import { checkReturn } from './simulation/check-return.ts';
import { Play } from './simulation/play.ts';
import { type FaultKind, faultKinds } from './simulation/scenario.ts';
import { setStage } from './simulation/set-stage.ts';
import type { Memory } from './simulation/simulated-client.ts';
import type { Stage } from './simulation/stage.ts';
import type { Violation } from './simulation/verdict.ts';
import {
  noteTo,
  playStretches,
  type RunOptions,
  type RunResult,
  tellAgain,
} from './simulated-run.ts';

/** What to simulate. */
export interface SimulationOptions extends RunOptions {
  /** How much time passes, in minutes of the simulation. */
  readonly minutes: number;
  /** Settings that are fixed instead of drawn from the seed. */
  readonly settings?: SessionOptions;
  /** What may fail; everything, if absent. */
  readonly faults?: readonly FaultKind[];
}

/** What came of a run. Its `counts` are of the events that were told; of sessions that ended, by cause. */
export interface SimulationResult extends RunResult {
  readonly minutes: number;
}

/** In every world of this many the process is killed in the middle, and another one takes its place. */
const restartEvery = 5;
/** Between two stretches of calm. */
const stretchMs = 7 * 60_000;

/**
 * Runs a session layer in a simulated world of clients, networks, publishers, administrators and failures, and checks
 * the invariants I1 to I12 after every single callback of its event loop. The same seed always gives the same run.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, minutes, settings = {}, faults = faultKinds, trace } = options;
  const note = noteTo(trace);
  const lives = seed % restartEvery === 0 ? 2 : 1;
  const sum = { steps: 0, counts: {} as Record<string, number> };
  let remembered: readonly Memory[] = [];
  let violation: Violation | null = null;
  for (let life = 1; life <= lives && violation === null; life += 1) {
    const stage = setStage({ seed, life, remembered, settings, faults, note });
    await live(stage, { ms: (minutes * 60_000) / lives, isLast: life === lives, sum });
    violation = stage.verdict.violation;
    remembered = stage.users.flatMap(({ clients }) =>
      clients.flatMap(({ memory }) => memory ?? []),
    );
  }
  return { seed, minutes, violation, ...sum };
}

/** How one run of the process goes, and what is added up over all of them. */
interface Life {
  readonly ms: number;
  /** It ends in order; the others are killed. */
  readonly isLast: boolean;
  readonly sum: { steps: number; readonly counts: Record<string, number> };
}

async function live(stage: Stage, { ms, isLast, sum }: Life): Promise<void> {
  const { layer, clock, verdict } = stage;
  layer.subscribe((event) => {
    const key = event.type === 'closed' ? `closed: ${event.cause}` : event.type;
    sum.counts[key] = (sum.counts[key] ?? 0) + 1;
  });
  const play = new Play(stage);
  await playStretches({
    verdict,
    lengths: stretches(clock, clock.nowMs() + ms),
    trouble: (stretch) => play.pass(stretch),
    calm: () => calm(stage, play),
    end: async () => {
      if (isLast) await end(stage, play);
    },
  });
  sum.steps += play.steps;
}

/** What is left of the time up to an instant, in stretches; calms take of it, too. */
function* stretches(clock: Clock, until: number): Generator<number> {
  while (clock.nowMs() < until) yield Math.min(stretchMs, until - clock.nowMs());
}

/** Some worlds are drained in the middle of everything; in the others everybody has gone first. */
async function end(stage: Stage, play: Play): Promise<void> {
  if (stage.random.chance(0.3)) {
    await checkDrain(stage, play);
    return;
  }
  await checkReturn(stage, play);
  if (stage.verdict.violation === null) await checkEmpty(stage, play);
}

/** The one command that runs this again, with every line of what happens. */
export function replayCommand({
  seed,
  minutes,
}: Pick<SimulationResult, 'seed' | 'minutes'>): string {
  return `npm run simulate -- --seed ${seed} --minutes ${minutes}`;
}

/** Runs a simulation that failed once more and tells what led to it, and how to run it again; empty if it does not fail. */
export function replay(options: SimulationOptions): Promise<string> {
  return tellAgain<SimulationResult>((trace) => simulate({ ...options, trace }), replayCommand);
}
