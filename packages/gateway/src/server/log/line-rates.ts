/** What is left out of a log when much happens at once. */
export class LineRates {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #seen: Map<string, number> = new Map();
  #leftOut: Map<string, number> = new Map();
  #second = Number.NaN;

  /**
   * @param perSecond most lines of one kind within a second
   * @param now monotonic ms
   */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** True when a line of this kind may be written; otherwise it is counted. */
  take(kind: string): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#seen.clear();
    }
    const seen = (this.#seen.get(kind) ?? 0) + 1;
    this.#seen.set(kind, seen);
    if (seen <= this.#perSecond) return true;
    this.#leftOut.set(kind, (this.#leftOut.get(kind) ?? 0) + 1);
    return false;
  }

  /** How many of each kind were left out since the last call; null when none were. */
  takeLeftOut(): Readonly<Record<string, number>> | null {
    if (this.#leftOut.size === 0) return null;
    const leftOut = Object.fromEntries(this.#leftOut);
    this.#leftOut = new Map();
    return leftOut;
  }
}
