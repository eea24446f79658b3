import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../src/core/histogram.ts';

function histogramOf(durations: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of durations) histogram.record(ms);
  return histogram;
}

const durations = fc.array(fc.double({ min: 0.001, max: 1_000_000, noNaN: true }), {
  minLength: 1,
  maxLength: 500,
  size: 'max',
});

describe('a histogram', () => {
  it('is empty at first', () => {
    const { count, sumMs, maxMs } = new Histogram();
    expect({ count, sumMs, maxMs }).toEqual({ count: 0, sumMs: 0, maxMs: 0 });
    expect(new Histogram().percentileMs(0.99)).toBe(0);
    expect(new Histogram().countUpTo(1_000)).toBe(0);
  });

  it('knows count, sum and maximum exactly', () => {
    fc.assert(
      fc.property(durations, (list) => {
        const histogram = histogramOf(list);
        expect(histogram.count).toBe(list.length);
        expect(histogram.sumMs).toBeCloseTo(
          list.reduce((sum, ms) => sum + ms, 0),
          3,
        );
        expect(histogram.maxMs).toBe(Math.max(...list));
      }),
    );
  });

  it('knows every percentile to five percent', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
        const sorted = list.toSorted((one, other) => one - other);
        const exact = sorted[Math.ceil(share * list.length) - 1] ?? 0;
        const told = histogramOf(list).percentileMs(share);
        expect(told).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        expect(told).toBeLessThanOrEqual(exact * 1.0501);
      }),
    );
  });

  it('counts up to a bound to the accuracy of one bucket, and never falls', () => {
    fc.assert(
      fc.property(durations, (list) => {
        const histogram = histogramOf(list);
        let before = 0;
        for (const bound of [0.001, 0.1, 1, 5, 10, 100, 1_000, 10_000, 1_000_000]) {
          const counted = histogram.countUpTo(bound);
          expect(counted).toBeGreaterThanOrEqual(list.filter((ms) => ms <= bound).length);
          expect(counted).toBeLessThanOrEqual(list.filter((ms) => ms <= bound * 1.0501).length);
          expect(counted).toBeGreaterThanOrEqual(before);
          before = counted;
        }
        expect(before).toBe(list.length);
      }),
    );
  });

  it('takes nothing, and durations beyond all measure', () => {
    const histogram = histogramOf([0, 1e15]);
    expect(histogram.count).toBe(2);
    expect(histogram.percentileMs(0.5)).toBeLessThanOrEqual(0.001);
    expect(histogram.maxMs).toBe(1e15);
  });
});
