import { type Due, DueQueue } from '../due-queue.ts';
import type { ManualClock } from '../manual-clock.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { TrueTime } from './true-time.ts';

/** A longer stall than this counts only so far: what the layer promises (SPEC.md, I11). */
const longestFairStepMs = 250;
/** Until timers that failed run again for certain: the monitor asks for health every two seconds. */
const recoveryMs = 4_500;

interface WorldEvent extends Due {
  readonly run: () => void;
}

/**
 * Everything outside the process under test: clients, networks, people. It has its own line of events, which goes on
 * while the process stands still; what it sends into the process arrives through the poll of the manual clock.
 */
export class World {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly time: TrueTime = new TrueTime();
  readonly #events: DueQueue<WorldEvent> = new DueQueue();
  #order = 0;
  #now: number;
  #uncertainUntil = 0;

  constructor(clock: ManualClock, random: SeededRandom) {
    this.clock = clock;
    this.random = random;
    this.#now = clock.nowMs();
  }

  /** True time, for whoever lives in the world. May lie behind the clock's while the process has just been stalled. */
  get now(): number {
    return this.#now;
  }

  /** When the next event happens; Infinity when there is none. */
  get nextAt(): number {
    return this.#events.peek()?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  /** Has something happen in the world after this long. */
  in(ms: number, run: () => void): void {
    this.at(this.#now + ms, run);
  }

  at(instant: number, run: () => void): void {
    this.#events.push({ dueAt: Math.max(instant, this.#now), order: this.#order++, run });
  }

  /** Lets the next event happen. */
  runNext(): void {
    const event = this.#events.pop();
    if (event === undefined) return;
    this.#now = event.dueAt;
    event.run();
  }

  /** The process has run up to here; events before this are over. */
  catchUp(): void {
    this.#now = Math.max(this.#now, this.clock.nowMs());
  }

  /** Has the process under test do something when it next polls, as if asked over the network. */
  ask(act: () => void): void {
    this.arrive(this.#now, act);
  }

  /** Has something arrive in a kernel buffer of the process at this instant; it is read at the next poll after that. */
  arrive(instant: number, read: () => void): void {
    this.clock.inPoll(instant - this.clock.nowMs(), read);
  }

  /** The process stands still, here and now. */
  stall(ms: number): void {
    const from = this.clock.nowMs();
    this.clock.stall(ms);
    this.time.addGap(from, from + ms, longestFairStepMs);
    if (from < this.#uncertainUntil) this.#extendUncertainty(from + ms + recoveryMs);
  }

  /** Timers cannot be trusted for this long, and a while after. */
  distrustTimers(ms: number): void {
    const from = this.clock.nowMs();
    this.#uncertainUntil = Math.max(this.#uncertainUntil, from);
    this.#extendUncertainty(from + ms + recoveryMs);
  }

  #extendUncertainty(until: number): void {
    if (until <= this.#uncertainUntil) return;
    this.time.addGap(this.#uncertainUntil, until);
    this.#uncertainUntil = until;
  }
}
