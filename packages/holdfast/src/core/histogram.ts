/**
 * Durations in milliseconds, counted in buckets that grow by a fixed ratio, so that one count serves percentiles
 * (exact to one bucket, 5 %) and Prometheus buckets alike. Plain numbers; nothing is allocated after construction.
 */
export class Histogram {
  readonly #counts: Float64Array = new Float64Array(bucketCount);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  record(ms: number): void {
    const index = bucketOf(ms);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** The upper edge of the bucket in which this share (0..1) of the durations is reached; 0 when none was recorded. */
  percentileMs(share: number): number {
    const wanted = Math.ceil(share * this.#count);
    let seen = 0;
    for (let index = 0; index < bucketCount; index += 1) {
      seen += this.#counts[index] ?? 0;
      if (seen >= wanted && seen > 0) return Math.min(upperEdgeMs(index), this.#maxMs);
    }
    return this.#maxMs;
  }

  /** How many durations were at most this long, to the accuracy of one bucket. */
  countUpTo(ms: number): number {
    const last = bucketOf(ms);
    let seen = 0;
    for (let index = 0; index <= last; index += 1) seen += this.#counts[index] ?? 0;
    return seen;
  }
}

const smallestMs = 0.001;
const ratio = 1.05;
const bucketCount = 480;
const logRatio = Math.log(ratio);

function bucketOf(ms: number): number {
  if (ms <= smallestMs) return 0;
  return Math.min(bucketCount - 1, Math.ceil(Math.log(ms / smallestMs) / logRatio - 1e-9));
}

function upperEdgeMs(index: number): number {
  return smallestMs * ratio ** index;
}
