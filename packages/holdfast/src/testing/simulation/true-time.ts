/** A stretch in which the loop under test did not run, or may not have run. */
interface Gap {
  readonly from: number;
  readonly to: number;
  /** How much of it a fair clock may let pass at most. */
  readonly mostPassing: number;
}

/**
 * How much time the process under test can have lived through between two instants of true time. Kept by whoever causes
 * the stalls, so that the library's own clock is judged by something that is not the library.
 */
export class TrueTime {
  readonly #gaps: Gap[] = [];

  /**
   * Notes a stretch in which the loop did not run.
   *
   * @param mostPassing how much of it may count as lived through; all of it where nobody can tell
   */
  addGap(from: number, to: number, mostPassing: number = Number.POSITIVE_INFINITY): void {
    this.#gaps.push({ from, to, mostPassing });
  }

  /** Milliseconds the process has certainly lived through. */
  leastElapsed(from: number, to: number): number {
    return to - from - this.#sum(from, to, (overlap) => overlap);
  }

  /** Milliseconds it can have lived through at most. */
  mostElapsed(from: number, to: number): number {
    return (
      to - from - this.#sum(from, to, (overlap, gap) => Math.max(0, overlap - gap.mostPassing))
    );
  }

  #sum(from: number, to: number, share: (overlap: number, gap: Gap) => number): number {
    let sum = 0;
    for (const gap of this.#gaps) {
      const overlap = Math.min(to, gap.to) - Math.max(from, gap.from);
      if (overlap > 0) sum += share(overlap, gap);
    }
    return Math.min(sum, to - from);
  }
}
