import type { Clock, TimerHandle } from 'holdfast';
import type { Span } from './garbage.ts';

interface LeapingTimer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/**
 * Real time that leaps over the waits: work takes as long as it takes, so slices end as they do in a process, and when
 * nothing is left to do the clock jumps to the next timer.
 */
export class LeapingClock implements Clock {
  readonly #timers: Set<LeapingTimer> = new Set();
  #afterPoll: (() => void)[] = [];
  #deliveries: (() => void)[] = [];
  #leaptMs = 0;
  /** Told of every callback that the loop has run. */
  onCallback: (span: Span) => void = () => {};

  nowMs(): number {
    return performance.now() + this.#leaptMs;
  }

  epochMs(): number {
    return Date.now() + this.#leaptMs;
  }

  after(ms: number, callback: () => void): TimerHandle {
    const timer = { dueAt: this.nowMs() + ms, callback };
    this.#timers.add(timer);
    return timer;
  }

  cancel(handle: TimerHandle): void {
    this.#timers.delete(handle as LeapingTimer);
  }

  afterPoll(callback: () => void): void {
    this.#afterPoll.push(callback);
  }

  /** Has the next poll deliver something: what a peer sent, or its end. */
  inPoll(deliver: () => void): void {
    this.#deliveries.push(deliver);
  }

  /** Runs the loop, leaping, until this much time has passed or `isOver` says so. */
  run(ms: number, isOver: () => boolean = () => false): void {
    const until = this.nowMs() + ms;
    while (!isOver()) {
      this.#poll();
      if (this.#afterPoll.length + this.#deliveries.length > 0) continue;
      const next = this.#nextTimer();
      if (next === null || next.dueAt > until) return;
      this.#leaptMs += Math.max(0, next.dueAt - this.nowMs());
      this.#timers.delete(next);
      this.#call(next.callback);
    }
  }

  #poll(): void {
    const deliveries = this.#deliveries;
    this.#deliveries = [];
    for (const deliver of deliveries) deliver();
    const polled = this.#afterPoll;
    this.#afterPoll = [];
    for (const callback of polled) this.#call(callback);
  }

  #call(callback: () => void): void {
    const before = process.cpuUsage();
    const from = performance.now();
    callback();
    const to = performance.now();
    const { user, system } = process.cpuUsage(before);
    this.onCallback({ from, to, cpuMs: (user + system) / 1_000 });
  }

  #nextTimer(): LeapingTimer | null {
    let next: LeapingTimer | null = null;
    for (const timer of this.#timers) if (next === null || timer.dueAt < next.dueAt) next = timer;
    return next;
  }
}
