import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { RawSamples, Series } from '../evidence/evidence.ts';
import { ValueList } from './value-list.ts';

/** A name and the unit its values are in. */
export interface Quantity {
  readonly name: string;
  readonly unit: string;
}

/** The quantiles of what was measured last, milliseconds, for a line of progress. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Hears of everything that is measured, as it is kept. */
export interface MeasuresListener {
  sample(quantity: Quantity, value: number): void;
  point(quantity: Quantity, atMs: number, value: number): void;
}

/** Collects raw measurements, and keeps a histogram of the milliseconds among them for those who watch. */
export class Measures {
  readonly #samples: Map<string, { readonly unit: string; readonly values: ValueList }> = new Map();
  readonly #series: Map<string, { readonly unit: string; readonly points: [number, number][] }> =
    new Map();
  readonly #live: Map<string, RecordableHistogram> = new Map();
  /** Null where nobody wants to hear. */
  listener: MeasuresListener | null = null;

  /** Keeps one measurement; to a thousandth, which is a microsecond where it is time. */
  sample({ name, unit }: Quantity, measured: number): void {
    const value = Math.round(measured * 1_000) / 1_000;
    const samples = this.#samples.get(name) ?? { unit, values: new ValueList() };
    this.#samples.set(name, samples);
    samples.values.push(value);
    this.listener?.sample({ name, unit }, value);
    if (unit !== 'ms') return;
    const histogram = this.#live.get(name) ?? createHistogram();
    this.#live.set(name, histogram);
    histogram.record(Math.max(1, Math.round(value * 1_000)));
  }

  /** Keeps a value as it was at an instant of the run. */
  point({ name, unit }: Quantity, atMs: number, value: number): void {
    const series = this.#series.get(name) ?? { unit, points: [] };
    this.#series.set(name, series);
    series.points.push([atMs, value]);
    this.listener?.point({ name, unit }, atMs, value);
  }

  /** How often this was measured. */
  countOf(name: string): number {
    return this.#samples.get(name)?.values.length ?? 0;
  }

  /** The quantiles since this was last asked for; null where nothing came in between. */
  takeQuantiles(name: string): Quantiles | null {
    const histogram = this.#live.get(name);
    if (histogram === undefined || histogram.count === 0) return null;
    const ms = (percent: number): number => histogram.percentile(percent) / 1_000;
    const found = { count: histogram.count, p50: ms(50), p99: ms(99), max: histogram.max / 1_000 };
    histogram.reset();
    return found;
  }

  get samples(): readonly RawSamples[] {
    return [...this.#samples].map(([name, { unit, values }]) => ({
      name,
      unit,
      values: values.toArray(),
    }));
  }

  get series(): readonly Series[] {
    return [...this.#series].map(([name, { unit, points }]) => ({ name, unit, points }));
  }
}
