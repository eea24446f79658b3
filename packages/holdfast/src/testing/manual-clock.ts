import type { Clock, TimerHandle } from '../sessions/clock.ts';

interface ManualTimer {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that moves only when told to, with an event loop in the order of Node's: timers, then the poll of the sockets,
 * then what waited for the poll. Sockets deliver through {@link ManualClock.inPoll}.
 */
export class ManualClock implements Clock {
  readonly #timers: Set<ManualTimer> = new Set();
  readonly #polls: {
    readonly dueAt: number;
    readonly order: number;
    readonly deliver: () => void;
  }[] = [];
  #afterPoll: (() => void)[] = [];
  #now: number;
  #wallOffsetMs = 1_700_000_000_000;
  #order = 0;
  /** While set, setting a timer throws this. */
  timerError: Error | null = null;

  constructor(now = 1_000) {
    this.#now = now;
  }

  nowMs(): number {
    return this.#now;
  }

  epochMs(): number {
    return this.#wallOffsetMs + this.#now;
  }

  /** Sets the wall clock forward or back; monotonic time does not notice. */
  moveWallClock(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  after(ms: number, callback: () => void): TimerHandle {
    if (this.timerError !== null) throw this.timerError;
    const timer = { dueAt: this.#now + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.add(timer);
    return timer;
  }

  cancel(handle: TimerHandle): void {
    this.#timers.delete(handle as ManualTimer);
  }

  afterPoll(callback: () => void): void {
    this.#afterPoll.push(callback);
  }

  /** Has the loop's poll deliver something at this delay or later; deliveries keep their order within an instant. */
  inPoll(delayMs: number, deliver: () => void): void {
    this.#polls.push({ dueAt: this.#now + delayMs, order: this.#order++, deliver });
  }

  /** Timers that are set; a layer at rest has at most the one of its sweep. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** Forgets every timer that is set, as a faulty runtime might. */
  loseTimers(): void {
    this.#timers.clear();
  }

  /** Time passes and the loop runs whenever something is due. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#nextAt(); next <= until; next = this.#nextAt()) {
      this.#now = Math.max(this.#now, next);
      this.turn();
    }
    this.#now = until;
    this.turn();
  }

  /** Time passes in which the loop does not run: the process is stopped, or one callback takes this long. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** The loop runs once at this instant, without time passing. */
  turn(): void {
    const dueTimers = [...this.#timers].filter(({ dueAt }) => dueAt <= this.#now).toSorted(byTime);
    for (const timer of dueTimers) {
      if (this.#timers.delete(timer)) timer.callback();
    }
    const due = this.#polls.filter(({ dueAt }) => dueAt <= this.#now).toSorted(byTime);
    for (const poll of due) {
      this.#polls.splice(this.#polls.indexOf(poll), 1);
      poll.deliver();
    }
    const waiting = this.#afterPoll;
    this.#afterPoll = [];
    for (const callback of waiting) callback();
  }

  /** Advances, letting promises settle between steps; for code that awaits. */
  async settle(ms = 0, stepMs = 50): Promise<void> {
    for (let left = ms; left >= 0; left -= stepMs) {
      this.advance(Math.min(stepMs, left));
      await Promise.resolve();
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }

  #nextAt(): number {
    if (this.#afterPoll.length > 0) return this.#now;
    let next = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#timers) next = Math.min(next, dueAt);
    for (const { dueAt } of this.#polls) next = Math.min(next, dueAt);
    return next;
  }
}

function byTime(
  one: { dueAt: number; order: number },
  other: { dueAt: number; order: number },
): number {
  return one.dueAt - other.dueAt || one.order - other.order;
}
