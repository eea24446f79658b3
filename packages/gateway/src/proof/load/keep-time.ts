import { setTimeout as delay } from 'node:timers/promises';

/** What is to be done at instants that were fixed beforehand. */
export interface Schedule {
  readonly count: number;
  /** Milliseconds from the start, rising with the index. */
  readonly instantOf: (index: number) => number;
  /** Begins one act; `dueAtMs` is when it should have begun, by `performance.now()`. Must not throw. */
  readonly begin: (dueAtMs: number) => void;
  readonly signal: AbortSignal;
}

/** The shortest sleep: what is due within it is begun in one go. */
const STEP_MS = 2;

/** Begins every act when it is due, whatever became of those before it. Resolves when all have begun or the signal came. */
export async function keepTime({ count, instantOf, begin, signal }: Schedule): Promise<void> {
  const startedAtMs = performance.now();
  let next = 0;
  while (next < count && !signal.aborted) {
    const dueAtMs = startedAtMs + instantOf(next);
    const leftMs = dueAtMs - performance.now();
    if (leftMs > STEP_MS) await sleep(leftMs, signal);
    else {
      begin(dueAtMs);
      next += 1;
    }
  }
}

/** Sleeps; shorter where the signal comes. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
