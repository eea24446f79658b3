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

/** What is done after each thing that happens. */
export interface Watch {
  /** A callback of a loop has run, and so have the promises that were waiting for it. */
  stepped(loop: Loop): void;
  threw(loop: Loop, error: unknown): void;
  /** Nothing more is to be looked at. */
  readonly isOver: boolean;
}

/** More callbacks than this at one instant mean that a loop keeps itself busy. */
const mostAtOnce = 50_000;

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
  #atOnce = 0;
  /** Callbacks of loops that have run. */
  steps = 0;

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

  /** Lets time pass, as long as the watch wants it. */
  async pass(ms: number, watch: Watch): Promise<void> {
    const until = this.#now + ms;
    while (!watch.isOver) {
      const loop = this.#next();
      const at = loop === null ? (this.#events.peek()?.dueAt ?? Infinity) : loop.clock.nextAt;
      if (Math.max(at, this.#now) > until) break;
      this.#moveTo(at);
      if (loop === null) this.#events.pop()?.run();
      else await this.#step(loop, watch);
    }
    this.#moveTo(until);
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

  async #step(loop: Loop, watch: Watch): Promise<void> {
    this.steps += 1;
    this.#atOnce += 1;
    if (this.#atOnce > mostAtOnce) watch.threw(loop, new Error('The loop does not come to rest.'));
    try {
      loop.clock.step();
    } catch (error) {
      watch.threw(loop, error);
    }
    await turnOfLoop();
    watch.stepped(loop);
  }

  #moveTo(instant: number): void {
    const ms = instant - this.#now;
    if (ms <= 0) return;
    this.#now = instant;
    this.#atOnce = 0;
    for (const { clock } of this.#loops) clock.stall(ms);
  }
}

/** Every promise that waits for what has happened goes on, and those that wait for these. */
function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
