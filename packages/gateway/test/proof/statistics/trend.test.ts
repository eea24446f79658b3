import * as fc from 'fast-check';
import { SeededRandom } from 'holdfast/testing';
import { describe, expect, it } from 'vitest';
import { findGrowth } from '../../../src/proof/statistics/growth.ts';
import { findTrend, type Point } from '../../../src/proof/statistics/trend.ts';

const dayMs = 86_400_000;
const rule = { warmUpShare: 0.1, mostShare: 0.1 };

describe('a trend', () => {
  it('is the slope itself where there is no noise', () => {
    const slopes = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(slopes, fc.integer({ min: -1e6, max: 1e6 }), (slope, level) => {
        const found = findTrend(series(300, (at) => level + slope * at));
        for (const one of [found?.slope, found?.low, found?.high])
          expect(one).toBeCloseTo(slope, 6);
        expect(found?.intercept).toBeCloseTo(level, 3);
      }),
      { numRuns: 50 },
    );
  });

  it('turns with the series: moved, stretched, upside down', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (seed, factor) => {
        const noise = noiseOf(seed, 0.5);
        const base = series(300, noise);
        const plain = findTrend(base);
        const moved = findTrend(base.map(([at, value]) => [at, 1000 - factor * value] as const));
        expect(moved?.slope).toBeCloseTo(-factor * (plain?.slope ?? Number.NaN), 6);
        expect(moved?.low).toBeCloseTo(-factor * (plain?.high ?? Number.NaN), 6);
        expect(moved?.high).toBeCloseTo(-factor * (plain?.low ?? Number.NaN), 6);
      }),
      { numRuns: 30 },
    );
  });

  // An interval for independent points holds the truth in 30 of 100 where neighbours correlate by 0.97.
  it.each([
    [1500, 0],
    [1500, 0.9],
    [1500, 0.97],
    [3000, 0.98],
  ])(
    'of %d points whose neighbours correlate by %d has its interval around the truth in 9 of 10',
    (count, correlation) => {
      const runs = 200;
      let held = 0;
      for (let seed = 0; seed < runs; seed += 1) {
        const noise = noiseOf(seed, correlation);
        const found = findTrend(series(count, (at) => 0.01 * at + noise(at)));
        if ((found?.low ?? 1) <= 0.01 && (found?.high ?? 0) >= 0.01) held += 1;
      }
      expect(held / runs).toBeGreaterThan(0.9);
    },
  );

  it('is not moved by a few values that are far off', () => {
    const found = findTrend(series(300, (at) => 5 + 2 * at + (at % 40 === 7 ? 1e6 : 0)));
    expect(found?.slope).toBeCloseTo(2, 6);
  });

  it('is none where a stretch of the time has too few points', () => {
    expect(findTrend([])).toBeNull();
    expect(findTrend(series(60, () => 1))).toBeNull();
    expect(findTrend(Array.from({ length: 300 }, () => [5, 1] as const))).toBeNull();
    const withGap = series(600, () => 1).filter(([at]) => at < 100 || at > 140);
    expect(findTrend(withGap)).toBeNull();
    expect(findTrend(series(600, () => 1))).not.toBeNull();
  });
});

const overDay = (valueAt: (share: number, index: number) => number): readonly Point[] =>
  Array.from({ length: 1440 }, (_, index) => [
    (index * dayMs) / 1440,
    valueAt(index / 1440, index),
  ]);

const saw = (index: number): number => 20e6 * ((index % 17) / 17);

const rising = (share: number): number => 1000 + 1000 * share;

describe('growth', () => {
  it('FM-14 is found where 12 % of the memory stay behind in a day, under the teeth of the collector', () => {
    const flat = findGrowth(
      overDay((_, index) => 100e6 + saw(index)),
      rule,
    );
    expect(flat.outcome).toBe('steady');
    const leaking = findGrowth(
      overDay((share, index) => 100e6 + saw(index) + 14e6 * share),
      rule,
    );
    expect(leaking.outcome).toBe('growing');
    expect(leaking.perDay?.slope).toBeCloseTo(14e6, -6);
  });

  it('is judged by the whole interval: at the edge of what may be, and just beyond', () => {
    const points = overDay(rising);
    const { level, perDay } = findGrowth(points, rule);
    const edge = (perDay?.high ?? 0) / (level ?? 1);
    expect(findGrowth(points, { ...rule, mostShare: edge * 1.000001 }).outcome).toBe('steady');
    expect(findGrowth(points, { ...rule, mostShare: edge * 0.999999 }).outcome).toBe('growing');
  });

  it('is unknown, and never steady, where the noise hides what may be too much', () => {
    const random = new SeededRandom(1);
    const wild = overDay(() => 1000 * random.next());
    expect(findGrowth(wild, { warmUpShare: 0.1, mostShare: 0.001 }).outcome).toBe('unknown');
  });

  it('is unknown where there are too few points', () => {
    const few = overDay(() => 1).slice(0, 60);
    expect(findGrowth(few, rule)).toMatchObject({ outcome: 'unknown', perDay: null });
    expect(findGrowth([], rule)).toMatchObject({ outcome: 'unknown', level: null });
  });

  it('leaves out the warm-up', () => {
    const warming = overDay((share) => 100 - 90 * Math.max(0, 1 - share / 0.4));
    expect(findGrowth(warming, { ...rule, warmUpShare: 0.41 }).outcome).toBe('steady');
    expect(findGrowth(warming, rule).outcome).not.toBe('steady');
  });

  it('of something that is always 0 is none', () => {
    expect(
      findGrowth(
        overDay(() => 0),
        rule,
      ).outcome,
    ).toBe('steady');
  });
});

/** A point at each whole time from 0. */
function series(count: number, valueAt: (at: number) => number): readonly Point[] {
  return Array.from({ length: count }, (_, at) => [at, valueAt(at)] as const);
}

/** Noise of which each value remembers the one before; to be asked in the order of the times. */
function noiseOf(seed: number, correlation: number): (at: number) => number {
  const random = new SeededRandom(seed);
  const next = (): number => random.next() + random.next() + random.next() - 1.5;
  let value = 0;
  for (let warm = 0; warm < 300; warm += 1) value = correlation * value + next();
  return () => (value = correlation * value + next());
}
