import type { Verdict, Violation } from './simulation/verdict.ts';

/** What every simulator is given. */
export interface RunOptions {
  /** Decides everything: the settings, who does what and when, what fails. */
  readonly seed: number;
  /** Given every line of what happens. */
  readonly trace?: (line: string) => void;
}

/** What came of a run of any simulator. */
export interface RunResult {
  readonly seed: number;
  /** The first invariant that did not hold; null when all of them did. */
  readonly violation: Violation | null;
  /** Callbacks of the loops under test. */
  readonly steps: number;
  /** How often each kind of thing happened. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Time as it passes in a simulated world: one thing happens after the other. */
export interface SimulatedTime {
  readonly verdict: Verdict;
  readonly now: number;
  /** When the next thing happens; it may be late. */
  readonly nextAt: number;
  /** Has the next thing happen. True where it was a callback of a loop under test. */
  runNext(): boolean;
  /** Resolves when every promise has gone on that waited for that callback; null where none does. */
  settle(): Promise<void> | null;
  /** Looks at everything, after a callback and the promises that waited for it. */
  look(): void;
  /** Nothing else happens up to this instant. */
  restUntil(instant: number): void;
}

/** Lets time pass, or stops at the first violation. Whatever is due by then has happened, however long it took. */
export async function passTime(time: SimulatedTime, ms: number): Promise<void> {
  const { verdict } = time;
  const until = time.now + ms;
  while (verdict.violation === null && time.nextAt <= Math.max(until, time.now)) {
    if (!time.runNext()) continue;
    const settled = time.settle();
    if (settled !== null) await settled;
    time.look();
  }
  if (verdict.violation === null) time.restUntil(until);
}

/** More callbacks than this at one instant mean that a loop keeps itself busy. */
const mostAtOnce = 100_000;

/** Callbacks of the loops under test, counted. None of them may throw (I6), and they come to rest (I12). */
export class Steps {
  readonly #verdict: Verdict;
  count = 0;
  #instant = 0;
  #atInstant = 0;

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  run(now: number, callback: () => void): void {
    this.count += 1;
    this.#atInstant = this.#instant === now ? this.#atInstant + 1 : 0;
    this.#instant = now;
    const isBusy = this.#atInstant >= mostAtOnce;
    this.#verdict.expect(!isBusy, 'I12', () => 'the loop does not come to rest');
    try {
      callback();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#verdict.expect(false, 'I6', () => `a callback of the loop threw: ${text}`);
    }
  }
}

/** Trouble and calm by turns. */
export interface Stretches {
  readonly verdict: Verdict;
  /** How long each stretch of trouble is, milliseconds; asked for as it begins. */
  readonly lengths: Iterable<number>;
  readonly trouble: (ms: number) => Promise<void>;
  readonly calm: () => Promise<void>;
  /** Once, after all of them. */
  readonly end: () => Promise<void>;
}

/** One run: up to the first violation, or to its end. */
export async function playStretches(stretches: Stretches): Promise<void> {
  const { verdict, lengths, trouble, calm, end } = stretches;
  for (const ms of lengths) {
    if (verdict.violation !== null) return;
    await trouble(ms);
    await calm();
  }
  if (verdict.violation === null) await end();
}

/** Takes down what happens; lines are not even made where nobody reads them. */
export function noteTo(trace: RunOptions['trace']): (line: () => string) => void {
  return trace === undefined ? () => {} : (line) => trace(line());
}

const lastLines = 60;

/** Runs something that failed once more and tells what led to it, and how to run it again; empty if it does not fail. */
export async function tellAgain<Result extends RunResult>(
  run: (trace: (line: string) => void) => Promise<Result>,
  commandOf: (result: Result) => string,
): Promise<string> {
  const lines: string[] = [];
  const result = await run((line) => {
    lines.push(line);
    if (lines.length > lastLines) lines.shift();
  });
  const { violation, seed } = result;
  if (violation === null) return '';
  const at = (violation.atMs / 1000).toFixed(3);
  return [
    `${violation.invariant} does not hold at ${at} s of seed ${seed}: ${violation.message}`,
    'what led to it:',
    ...lines.map((line) => `  ${line}`),
    `run it again: ${commandOf(result)}`,
  ].join('\n');
}
