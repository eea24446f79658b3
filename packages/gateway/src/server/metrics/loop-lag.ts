import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the loop is looked at, ms. */
const RESOLUTION_MS = 10;

/**
 * How late the event loop was at its worst lately. Two histograms overlap, since one that is reset
 * forgets the stall it is in the middle of:
 *
 *     older   ├──────────────┼──────────────┤ dropped at the second turn
 *     newer                  ├──────────────┼──────────────┤
 */
export class LoopLag {
  #older: IntervalHistogram = startHistogram();
  #newer: IntervalHistogram = startHistogram();

  /** Forgets what is older than the turn before the last one. */
  turn(): void {
    this.#older.disable();
    this.#older = this.#newer;
    this.#newer = startHistogram();
  }

  /** The worst since the turn before the last one, seconds. Reading changes nothing. */
  get worstSeconds(): number {
    // The histogram holds the whole time from one look to the next, in ns.
    return Math.max(0, this.#older.max / 1e9 - RESOLUTION_MS / 1000);
  }

  stop(): void {
    this.#older.disable();
    this.#newer.disable();
  }
}

function startHistogram(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return histogram;
}
