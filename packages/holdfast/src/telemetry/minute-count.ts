const seconds = 60;

/** How often something happened within the last minute, to the second. */
export class MinuteCount {
  readonly #counts: Float64Array = new Float64Array(seconds);
  readonly #secondOf: Float64Array = new Float64Array(seconds).fill(-1);

  add(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const place = second % seconds;
    if (this.#secondOf[place] !== second) {
      this.#secondOf[place] = second;
      this.#counts[place] = 0;
    }
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }

  total(nowMs: number): number {
    const oldest = Math.floor(nowMs / 1000) - seconds + 1;
    let total = 0;
    for (let place = 0; place < seconds; place += 1) {
      if ((this.#secondOf[place] ?? -1) >= oldest) total += this.#counts[place] ?? 0;
    }
    return total;
  }
}
