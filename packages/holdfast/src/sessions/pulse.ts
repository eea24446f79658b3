import { FairClock } from '../core/fair-clock.ts';
import { never, type Timed, TimingWheel } from '../core/timing-wheel.ts';
import type { Clock, TimerHandle } from './clock.ts';
import type { Faults } from './faults.ts';

/** Time from one beat to the next while anything has a deadline. */
export const beatMs = 50;
/** A longer step between two readings is a stall; what is over it does not pass (I11). */
export const longestStepMs = 250;
/** A beat that is this late is taken for lost and set anew. */
const lostBeatMs = 250;
/** How many owners are asked between two looks at the clock, and how long one slice may take. */
const sliceOwners = 32;
const sliceMs = 1;

/** Told how long a step was that the event loop, or the whole process, did not run for. */
export type StallListener = (gapMs: number) => void;

/**
 * The one timer of the layer. At each beat it notes the time, lets the event loop poll its sockets once, and only then
 * asks whoever was due at that time: `polledAt`, never `now`, decides about death (I11). While nothing has a deadline
 * there is no timer (I5).
 *
 * ```
 *  timers phase      poll phase                  check phase
 *  beat: t = now ──▶ every waiting pong is read ─▶ polledAt = t, the wheel turns to t
 * ```
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #onStall: StallListener;
  readonly #fair: FairClock;
  readonly #wheel: TimingWheel;
  #timer: TimerHandle = null;
  #isBeating = false;
  /** A beat has begun and waits for the poll, or for its next slice. Nobody sets a timer meanwhile. */
  #isUnderWay = false;
  /** By the raw clock: when the next beat is due, or the one under way should be over. */
  #beatDueAtRaw: number;
  #polledAt: number;
  #latest: number;

  constructor(clock: Clock, faults: Faults, onStall: StallListener) {
    this.#clock = clock;
    this.#faults = faults;
    this.#onStall = onStall;
    const raw = clock.nowMs();
    this.#beatDueAtRaw = raw;
    this.#fair = new FairClock(longestStepMs, raw);
    this.#latest = this.#fair.read(raw);
    this.#polledAt = this.#latest;
    this.#wheel = new TimingWheel(beatMs, this.#polledAt, (_owner, error) =>
      faults.report('heartbeat', error),
    );
  }

  /** Fair milliseconds now. Notices a stall first, whoever asks. */
  now(): number {
    return this.#read(this.#clock.nowMs());
  }

  #read(raw: number): number {
    if (!this.#isBeating) this.#fair.skipTo(raw);
    const lostBefore = this.#fair.lostMs;
    const now = this.#fair.read(raw);
    const gap = this.#fair.lostMs - lostBefore;
    this.#latest = now;
    if (gap > 0) this.#onStall(gap);
    return now;
  }

  /** What {@link now} last said: near enough for what decides nothing, and no look at the clock. */
  get latest(): number {
    return this.#latest;
  }

  /** The same by the raw clock. */
  get latestRaw(): number {
    return this.#fair.lastRaw;
  }

  /** The last fair instant up to which every socket has been polled. Never later than {@link now}. */
  get polledAt(): number {
    return this.#polledAt;
  }

  /** How many have a deadline. */
  get size(): number {
    return this.#wheel.size;
  }

  add(owner: Timed, deadline: number): number {
    this.#wake();
    return this.#wheel.add(owner, deadline);
  }

  has(entry: number): boolean {
    return this.#wheel.deadlineOf(entry) !== never;
  }

  move(entry: number, deadline: number): void {
    this.#wheel.move(entry, deadline);
  }

  /** Asks an entry by this instant at the latest; later deadlines come forward, earlier ones stay. */
  bringForward(entry: number, deadline: number): void {
    if (this.#wheel.deadlineOf(entry) > deadline) this.#wheel.move(entry, deadline);
  }

  remove(entry: number): void {
    this.#wheel.remove(entry);
    if (this.#wheel.size === 0) this.#rest();
  }

  /**
   * The same as {@link now}, and sets a beat anew that was lost. Every entry point calls this, so that no single timer has
   * to be trusted (I10).
   */
  ensure(): number {
    const raw = this.#clock.nowMs();
    if (this.#isBeating && raw - this.#beatDueAtRaw >= lostBeatMs) this.#set(0);
    return this.#read(raw);
  }

  /** Sets the beat anew whether or not it was lost, never later than it was due. For those who stake a peer's fate on it. */
  rearm(): void {
    if (!this.#isBeating || this.#isUnderWay) return;
    this.#set(Math.max(0, this.#beatDueAtRaw - this.#clock.nowMs()));
  }

  #wake(): void {
    if (this.#isBeating) return;
    this.#wheel.restart(this.now());
    this.#isBeating = true;
    this.#set(beatMs);
  }

  #rest(): void {
    this.#isBeating = false;
    this.#cancel();
  }

  #set(delayMs: number): void {
    this.#cancel();
    this.#beatDueAtRaw = this.#clock.nowMs() + delayMs;
    this.#faults.guard('timer', () => {
      this.#timer = this.#clock.after(delayMs, () => this.#beat());
    });
  }

  #cancel(): void {
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
    this.#timer = null;
  }

  #beat(): void {
    this.#timer = null;
    this.#beatDueAtRaw = this.#clock.nowMs() + beatMs;
    this.#isUnderWay = true;
    const now = this.now();
    this.#clock.afterPoll(() => {
      this.#polledAt = Math.max(this.#polledAt, now);
      this.#turn();
    });
  }

  /**
   * Asks whoever is due, in slices with a poll between them; then sets the next beat. A beat that was set anew meanwhile,
   * because the poll took long, was not lost and gives way: where every poll does, nobody would ever be asked.
   */
  #turn(): void {
    this.#isUnderWay = false;
    if (!this.#isBeating) return;
    this.#cancel();
    const startedAt = this.#clock.nowMs();
    let turn = this.#wheel.turn(this.#polledAt, sliceOwners);
    while (turn.more && this.#clock.nowMs() - startedAt < sliceMs)
      turn = this.#wheel.turn(this.#polledAt, sliceOwners);
    this.#beatDueAtRaw = this.#clock.nowMs() + beatMs;
    this.#isUnderWay = turn.more;
    if (turn.more) this.#clock.afterPoll(() => this.#turn());
    else if (this.#wheel.size > 0) this.#set(beatMs);
    else this.#rest();
  }
}
