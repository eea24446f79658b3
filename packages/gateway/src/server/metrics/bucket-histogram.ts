import type { Histogram as Durations } from 'holdfast';
import { Histogram, type MetricObjectWithValues, type MetricValueWithName } from 'prom-client';

type Reading = MetricObjectWithValues<MetricValueWithName<string>>;

/** What a histogram for Prometheus is made from. */
export interface BucketHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper edges, seconds, ascending. */
  readonly edges: readonly number[];
  /** Where the durations were counted. */
  readonly durations: Durations;
}

/**
 * Durations that the session layer has counted, in buckets of Prometheus. Nothing is counted a second
 * time: the buckets are read from the one count when it is asked for.
 */
export class BucketHistogram extends Histogram {
  readonly #options: BucketHistogramOptions;

  constructor(options: BucketHistogramOptions) {
    super({ name: options.name, help: options.help, registers: [] });
    this.#options = options;
  }

  override get(): Promise<Reading> {
    return Promise.resolve(this.#read());
  }

  /** What the text form is made from; prom-client prefers it to `get`. */
  getForPromString(): Promise<Reading> {
    return Promise.resolve(this.#read());
  }

  #read(): Reading {
    const { name, help, edges, durations } = this.#options;
    const buckets = edges.map((edge) => ({
      metricName: `${name}_bucket`,
      labels: { le: String(edge) },
      value: durations.countUpTo(edge * 1000),
    }));
    const rest = [
      { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: durations.count },
      { metricName: `${name}_sum`, labels: {}, value: durations.sumMs / 1000 },
      { metricName: `${name}_count`, labels: {}, value: durations.count },
    ];
    const values: MetricValueWithName<string>[] = [...buckets, ...rest];
    // prom-client writes `type` as it is, but declares it as a number, and `collect` as part of a reading.
    return { name, help, values, aggregator: 'sum', type: 'histogram' } as unknown as Reading;
  }
}
