import type { Clock, TimerHandle } from '../sessions/clock.ts';
import { type Due, DueQueue } from './due-queue.ts';

/** A callback that is due; null once it was cancelled or has run. */
interface Callback extends Due {
  run: (() => void) | null;
}

/** The phases of one turn of the loop, in order; at rest between two turns. */
type Phase = 'rest' | 'timers' | 'poll' | 'check';

/**
 * A clock that moves only when told to, with an event loop in the order of Node's: timers, then the poll of the sockets,
 * then what waited for the poll. Sockets deliver through {@link ManualClock.inPoll}.
 */
export class ManualClock implements Clock {
  readonly #timers: DueQueue<Callback> = new DueQueue();
  readonly #polls: DueQueue<Callback> = new DueQueue();
  #afterPoll: (() => void)[] = [];
  #checks: (() => void)[] = [];
  #phase: Phase = 'rest';
  /** What became due later than this, or was added after it, belongs to the next turn. */
  #phaseAt = 0;
  #phaseOrder = 0;
  #now: number;
  #wallOffsetMs = 1_700_000_000_000;
  #order = 0;
  #timerCount = 0;
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
    const timer: Callback = {
      dueAt: this.#now + Math.max(0, ms),
      order: this.#order++,
      run: callback,
    };
    this.#timers.push(timer);
    this.#timerCount += 1;
    return timer;
  }

  cancel(handle: TimerHandle): void {
    const timer = handle as Callback;
    if (timer.run === null) return;
    timer.run = null;
    this.#timerCount -= 1;
  }

  afterPoll(callback: () => void): void {
    this.#afterPoll.push(callback);
  }

  /**
   * Has the loop's poll deliver something at this delay or later; deliveries keep their order within an instant. A
   * negative delay is something that has been lying in a kernel buffer since then.
   */
  inPoll(delayMs: number, deliver: () => void): void {
    this.#polls.push({ dueAt: this.#now + delayMs, order: this.#order++, run: deliver });
  }

  /** Timers that are set; a layer at rest has at most the one of its sweep. */
  get timerCount(): number {
    return this.#timerCount;
  }

  /** Forgets every timer that is set, as a faulty runtime might. */
  loseTimers(): void {
    this.#timers.clear();
    this.#timerCount = 0;
  }

  /** When the loop has something to do next; Infinity when nothing is due ever. */
  get nextAt(): number {
    if (this.#phase !== 'rest' || this.#afterPoll.length > 0) return this.#now;
    const timerAt = first(this.#timers)?.dueAt ?? Number.POSITIVE_INFINITY;
    const pollAt = first(this.#polls)?.dueAt ?? Number.POSITIVE_INFINITY;
    return Math.min(timerAt, pollAt);
  }

  /** Time passes and the loop runs whenever something is due. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.nextAt; next <= until; next = this.nextAt) {
      this.#now = Math.max(this.#now, next);
      this.turn();
    }
    this.#now = Math.max(this.#now, until);
    this.turn();
  }

  /** Time passes in which the loop does not run: the process is stopped, or one callback takes this long. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** The loop runs once at this instant, without time passing. */
  turn(): void {
    if (this.#phase === 'rest') this.#begin('timers');
    while (this.#phase !== 'rest') this.#takeNext()?.();
  }

  /** Runs one single callback that is due by now; false when none is. For looking at the state after each. */
  step(): boolean {
    if (this.nextAt > this.#now) return false;
    if (this.#phase === 'rest') this.#begin('timers');
    for (;;) {
      const callback = this.#takeNext();
      if (callback !== null) {
        callback();
        return true;
      }
      if (this.#phase === 'rest') return false;
    }
  }

  /** Advances, letting promises settle between steps; for code that awaits. */
  async settle(ms = 0, stepMs = 50): Promise<void> {
    for (let left = ms; left >= 0; left -= stepMs) {
      this.advance(Math.min(stepMs, left));
      await Promise.resolve();
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }

  #begin(phase: Phase): void {
    this.#phase = phase;
    this.#phaseAt = this.#now;
    this.#phaseOrder = this.#order;
    if (phase !== 'check') return;
    this.#checks = this.#afterPoll.toReversed();
    this.#afterPoll = [];
  }

  /** The next callback of this phase; null when the phase is over and the next one has begun. */
  #takeNext(): (() => void) | null {
    switch (this.#phase) {
      case 'timers':
        return this.#takeDue(this.#timers) ?? this.#enter('poll');
      case 'poll':
        return this.#takeDue(this.#polls) ?? this.#enter('check');
      case 'check':
        return this.#checks.pop() ?? this.#enter('rest');
      case 'rest':
        return null;
    }
  }

  #enter(phase: Phase): null {
    this.#begin(phase);
    return null;
  }

  #takeDue(queue: DueQueue<Callback>): (() => void) | null {
    const due = first(queue);
    if (due === undefined || due.dueAt > this.#phaseAt || due.order >= this.#phaseOrder)
      return null;
    queue.pop();
    const { run } = due;
    due.run = null;
    if (queue === this.#timers) this.#timerCount -= 1;
    return run;
  }
}

/** The first that was not cancelled. */
function first(queue: DueQueue<Callback>): Callback | undefined {
  for (let due = queue.peek(); due !== undefined; due = queue.peek()) {
    if (due.run !== null) return due;
    queue.pop();
  }
  return undefined;
}
