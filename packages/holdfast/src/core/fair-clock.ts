/**
 * Monotonic time that cannot leap. A process that was suspended, or whose loop stalled, sees one long step between two
 * readings; of that step only `longestStepMs` passes here, so every deadline is extended by the rest, at whichever entry
 * point the gap is noticed first (I11). Milliseconds, whole numbers.
 */
export class FairClock {
  readonly #longestStepMs: number;
  #lastRaw: number;
  #lostMs = 0;

  constructor(longestStepMs: number, raw: number) {
    this.#longestStepMs = longestStepMs;
    this.#lastRaw = raw;
  }

  /** How much time in all has not been allowed to pass. */
  get lostMs(): number {
    return this.#lostMs;
  }

  /** The latest reading. */
  get lastRaw(): number {
    return this.#lastRaw;
  }

  /** The fair instant that belongs to this reading of the monotonic clock. */
  read(raw: number): number {
    const step = raw - this.#lastRaw;
    if (step > this.#longestStepMs) this.#lostMs += step - this.#longestStepMs;
    if (step > 0) this.#lastRaw = raw;
    return Math.floor(this.#lastRaw - this.#lostMs);
  }

  /** Takes this reading as the last one without holding back any of the step; for times in which nothing had a deadline. */
  skipTo(raw: number): void {
    if (raw > this.#lastRaw) this.#lastRaw = raw;
  }
}
