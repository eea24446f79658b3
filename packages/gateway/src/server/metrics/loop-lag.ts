import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the loop is looked at, ms. */
const RESOLUTION_MS = 10;
/** Over how many samples the worst is told. */
const SAMPLES = 60;

/** How late the event loop was at its worst within the last minute. */
export class LoopLag {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #worstMs: number[] = [];

  constructor() {
    this.#delays.enable();
  }

  /** Closes a sample; to be called every second. */
  sample(): void {
    this.#worstMs.push(this.#currentMs());
    if (this.#worstMs.length > SAMPLES) this.#worstMs.shift();
    this.#delays.reset();
  }

  /** The worst of the last minute, seconds. Reading changes nothing. */
  get worstSeconds(): number {
    return Math.max(...this.#worstMs, this.#currentMs()) / 1000;
  }

  stop(): void {
    this.#delays.disable();
  }

  /** The histogram holds the whole time from one look to the next, in ns. */
  #currentMs(): number {
    const longestMs = this.#delays.max / 1e6;
    return Math.max(0, longestMs - RESOLUTION_MS);
  }
}
