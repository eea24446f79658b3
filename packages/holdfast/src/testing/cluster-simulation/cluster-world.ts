import { type Due, DueQueue } from '../due-queue.ts';
import type { ManualClock } from '../manual-clock.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** The event loop of one process. */
export interface Loop {
  readonly clock: ManualClock;
  /** False while the process is stopped, and once it is gone. */
  readonly isRunning: boolean;
}

interface WorldEvent extends Due {
  readonly run: () => void;
}

/**
 * One time for several processes and everything between them. Each process has a clock and a loop of its own, which stands
 * still while the process does; what happens outside them is in one line of events. One thing happens at a time.
 */
export class ClusterWorld {
  readonly random: SeededRandom;
  readonly #events: DueQueue<WorldEvent> = new DueQueue();
  readonly #loops: Loop[] = [];
  #now: number;
  #order = 0;

  constructor(random: SeededRandom, now: number) {
    this.random = random;
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  /** A process has begun, or goes on after its machine was started anew. */
  add(loop: Loop): void {
    this.#loops.push(loop);
  }

  remove(loop: Loop): void {
    const place = this.#loops.indexOf(loop);
    if (place >= 0) this.#loops.splice(place, 1);
  }

  in(ms: number, run: () => void): void {
    this.at(this.#now + ms, run);
  }

  at(instant: number, run: () => void): void {
    this.#events.push({ dueAt: Math.max(instant, this.#now), order: this.#order++, run });
  }

  /** When the next thing happens; it may be late. */
  get nextAt(): number {
    return this.#dueOf(this.#next());
  }

  /** Has the next thing happen where it is outside of all loops, and is null then; or the loop whose turn it is. */
  runNext(): Loop | null {
    const loop = this.#next();
    this.restUntil(this.#dueOf(loop));
    if (loop === null) this.#events.pop()?.run();
    return loop;
  }

  /** Nothing happens up to this instant. */
  restUntil(instant: number): void {
    const ms = instant - this.#now;
    if (ms <= 0) return;
    this.#now = instant;
    for (const { clock } of this.#loops) clock.stall(ms);
  }

  #dueOf(loop: Loop | null): number {
    return loop?.clock.nextAt ?? this.#events.peek()?.dueAt ?? Infinity;
  }

  /** Whose turn it is; null where something outside of all loops comes first. */
  #next(): Loop | null {
    let next = this.#events.peek()?.dueAt ?? Infinity;
    let first: Loop | null = null;
    for (const loop of this.#loops) {
      if (!loop.isRunning || loop.clock.nextAt >= next) continue;
      next = loop.clock.nextAt;
      first = loop;
    }
    return first;
  }
}
