import { PerformanceObserver } from 'node:perf_hooks';

/** A stretch of time, by `performance.now()`, and the processor time the process used in it. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly cpuMs: number;
}

/** Notes when the garbage collector stopped the process, so that its pauses can be told from our own work. */
export class GarbageWatch {
  readonly #pauses: { readonly from: number; readonly to: number }[] = [];
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        this.#pauses.push({ from: startTime, to: startTime + duration });
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /**
   * Waits for the last notes, and says how much work of our own there was at most in each span, milliseconds: not its
   * pauses, and not what other processes took from it.
   */
  async workIn(spans: readonly Span[]): Promise<number[]> {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return spans.map(({ from, to, cpuMs }) => {
      const lost = this.#pauses.map((pause) => Math.min(to, pause.to) - Math.max(from, pause.from));
      const pausedMs = lost.filter((ms) => ms > 0).reduce((sum, ms) => sum + ms, 0);
      return Math.min(cpuMs, to - from - pausedMs);
    });
  }

  stop(): void {
    this.#observer.disconnect();
  }
}
