import type { SessionOptions } from '../core/options.ts';
import { calm } from './simulation/calm.ts';
import { checkDrain } from './simulation/check-drain.ts';
import { checkEmpty } from './simulation/check-empty.ts';
import { checkReturn } from './simulation/check-return.ts';
import { Play } from './simulation/play.ts';
import { type FaultKind, faultKinds } from './simulation/scenario.ts';
import { setStage } from './simulation/set-stage.ts';
import type { Stage } from './simulation/stage.ts';
import type { Violation } from './simulation/verdict.ts';

/** What to simulate. */
export interface SimulationOptions {
  /** Decides everything: the settings, who does what and when, what fails. */
  readonly seed: number;
  /** How much time passes, in minutes of the simulation. */
  readonly minutes: number;
  /** Settings that are fixed instead of drawn from the seed. */
  readonly settings?: SessionOptions;
  /** What may fail; everything, if absent. */
  readonly faults?: readonly FaultKind[];
  /** Given every line of what happens. */
  readonly trace?: (line: string) => void;
}

/** What came of a run. */
export interface SimulationResult {
  readonly seed: number;
  readonly minutes: number;
  /** The first invariant that did not hold; null when all of them did. */
  readonly violation: Violation | null;
  /** Callbacks of the loop, after each of which the invariants were checked. */
  readonly steps: number;
  /** How often each kind of event was told; sessions that ended, by cause. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Between two stretches of calm. */
const stretchMs = 7 * 60_000;

/**
 * Runs a session layer in a simulated world of clients, networks, publishers, administrators and failures, and checks
 * the invariants I1 to I12 after every single callback of its event loop. The same seed always gives the same run.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, minutes, settings = {}, faults = faultKinds, trace } = options;
  const note = trace === undefined ? () => {} : (line: () => string) => trace(line());
  const stage = setStage({ seed, settings, faults, note });
  const counts: Record<string, number> = {};
  stage.layer.subscribe((event) => {
    const key = event.type === 'closed' ? `closed: ${event.cause}` : event.type;
    counts[key] = (counts[key] ?? 0) + 1;
  });
  const play = new Play(stage);
  const until = stage.clock.nowMs() + minutes * 60_000;
  while (stage.clock.nowMs() < until && stage.verdict.violation === null) {
    await play.pass(Math.min(stretchMs, until - stage.clock.nowMs()));
    await calm(stage, play);
  }
  if (stage.verdict.violation === null) await end(stage, play);
  return { seed, minutes, violation: stage.verdict.violation, steps: play.steps, counts };
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

const lastLines = 40;

/** Runs a simulation that failed once more and tells what led to it, and how to run it again; empty if it does not fail. */
export async function replay(options: SimulationOptions): Promise<string> {
  const lines: string[] = [];
  const { violation, seed, minutes } = await simulate({
    ...options,
    trace: (line) => {
      lines.push(line);
      if (lines.length > lastLines) lines.shift();
    },
  });
  if (violation === null) return '';
  const at = (violation.atMs / 1000).toFixed(3);
  return [
    `${violation.invariant} does not hold at ${at} s of seed ${seed}: ${violation.message}`,
    'what led to it:',
    ...lines.map((line) => `  ${line}`),
    `run it again: ${replayCommand({ seed, minutes })}`,
  ].join('\n');
}
