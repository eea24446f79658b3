import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../src/core/histogram.ts';

const bucket = 1.05;
const durations = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
  size: 'max',
});

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** By the nearest rank, from all the values themselves. */
function exactPercentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

describe('a histogram', () => {
  it('is empty until something is recorded', () => {
    const histogram = new Histogram();
    expect([histogram.count, histogram.sumMs, histogram.maxMs]).toEqual([0, 0, 0]);
    expect([histogram.percentileMs(0.5), histogram.percentileMs(1)]).toEqual([0, 0]);
    expect(histogram.countUpTo(1e9)).toBe(0);
  });

  it('knows count, sum and maximum exactly', () => {
    const histogram = histogramOf([3, 0.25, 12.5, 0]);
    expect([histogram.count, histogram.sumMs, histogram.maxMs]).toEqual([4, 15.75, 12.5]);
  });

  it('tells a single value exactly, at every share', () => {
    const histogram = histogramOf([42.7]);
    for (const share of [0.01, 0.5, 0.99, 1]) expect(histogram.percentileMs(share)).toBe(42.7);
  });

  it('is within one bucket of the exact percentile, and never below it', () => {
    const shares = fc.constantFrom(0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1);
    fc.assert(
      fc.property(durations, shares, (values, share) => {
        const exact = exactPercentile(values, share);
        const told = histogramOf(values).percentileMs(share);
        expect(told).toBeGreaterThanOrEqual(Math.min(exact, exact * (1 - 1e-9)));
        expect(told).toBeLessThanOrEqual(Math.max(0.001, exact * bucket) * (1 + 1e-9));
      }),
      { seed: 50, numRuns: 500 },
    );
  });

  it('counts up to a duration within one bucket', () => {
    const upTo = fc.double({ min: 0.001, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(durations, upTo, (values, ms) => {
        const told = histogramOf(values).countUpTo(ms);
        const within = (most: number): number => values.filter((value) => value <= most).length;
        expect(told).toBeGreaterThanOrEqual(within(ms));
        expect(told).toBeLessThanOrEqual(within(ms * bucket * (1 + 1e-9)));
      }),
      { seed: 51, numRuns: 500 },
    );
  });

  it('has percentiles that rise with the share', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const histogram = histogramOf(values);
        const told = [0.1, 0.5, 0.9, 0.99, 1].map((share) => histogram.percentileMs(share));
        expect(told).toEqual(told.toSorted((a, b) => a - b));
        expect(told.at(-1)).toBe(histogram.maxMs);
      }),
      { seed: 52 },
    );
  });

  it('I12 takes what is longer than its last bucket into it and keeps the maximum', () => {
    const histogram = histogramOf([1e12, 5]);
    expect(histogram.maxMs).toBe(1e12);
    expect(histogram.count).toBe(2);
    expect(histogram.percentileMs(0.5)).toBeLessThanOrEqual(5 * bucket);
  });
});
