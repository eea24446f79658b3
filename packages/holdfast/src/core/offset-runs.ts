/** Runs that are remembered; beyond them the lowest is forgotten. */
const mostRuns = 64;

/**
 * A set of offsets, kept as runs: they come nearly in order, so there are few. Bounded: when offsets lie so far apart
 * that there would be more than 64 runs, the lowest run is forgotten.
 */
export class OffsetRuns {
  /** First and last offset of each run, one after the other, ascending; between two runs there is at least one offset. */
  readonly #bounds: number[] = [];

  /** Adds an offset; does nothing when it is there. */
  add(offset: number): void {
    const bounds = this.#bounds;
    let place = bounds.length;
    while (place > 0 && (bounds[place - 2] ?? 0) > offset) place -= 2;
    const lastBefore = place === 0 ? Number.NEGATIVE_INFINITY : (bounds[place - 1] ?? 0);
    if (lastBefore >= offset) return;
    const joinsBefore = lastBefore + 1 === offset;
    const joinsAfter = bounds[place] === offset + 1;
    if (joinsBefore && joinsAfter) bounds.splice(place - 1, 2);
    else if (joinsBefore) bounds[place - 1] = offset;
    else if (joinsAfter) bounds[place] = offset;
    else bounds.splice(place, 0, offset, offset);
    if (bounds.length > mostRuns * 2) bounds.splice(0, 2);
  }

  /** How many of the offsets lie between these two, both included. O(runs). */
  countWithin(from: number, to: number): number {
    let count = 0;
    for (let place = 0; place < this.#bounds.length; place += 2) {
      const first = Math.max(from, this.#bounds[place] ?? 0);
      const last = Math.min(to, this.#bounds[place + 1] ?? 0);
      count += Math.max(0, last - first + 1);
    }
    return count;
  }
}
