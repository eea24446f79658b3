import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextReturnMs, returnWindow, spreadReturns } from '../../src/core/return-times.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';

/** The most return times within any 100 ms, the end not included. */
function crowdOf(returns: Uint32Array): number {
  const sorted = returns.toSorted();
  let most = 0;
  let first = 0;
  for (let last = 0; last < sorted.length; last += 1) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= 100) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

function draw(count: number, withinMs: number, seed: number): Uint32Array {
  const random = new SeededRandom(seed);
  return spreadReturns(count, returnWindow(withinMs), () => random.next());
}

const crowd = { count: fc.integer({ min: 1, max: 3_000 }), seed: fc.nat() };

describe('return times', () => {
  it('never bring more than a twentieth back within 100 ms, where the window has room for that', () => {
    const holds = fc.record({ ...crowd, spareMs: fc.nat({ max: 60_000 }) });
    fc.assert(
      fc.property(holds, ({ count, seed, spareMs }) => {
        fc.pre(count >= 20);
        const most = Math.floor(count / 20);
        const toMs = 700 + Math.ceil((100 * count) / most) + spareMs;
        const random = new SeededRandom(seed);
        const returns = spreadReturns(count, { fromMs: 700, toMs }, () => random.next());
        expect(crowdOf(returns)).toBeLessThanOrEqual(count / 20);
      }),
      { numRuns: 300 },
    );
  });

  it('never bring back more than a twentieth, rounded up, in a window of two seconds or more', () => {
    const holds = fc.record({ ...crowd, widthMs: fc.integer({ min: 2_000, max: 90_000 }) });
    fc.assert(
      fc.property(holds, ({ count, seed, widthMs }) => {
        const random = new SeededRandom(seed);
        const window = { fromMs: 5, toMs: 5 + widthMs };
        const returns = spreadReturns(count, window, () => random.next());
        expect(crowdOf(returns)).toBeLessThanOrEqual(Math.ceil(count / 20));
      }),
      { numRuns: 300 },
    );
  });

  it('of a multiple of twenty clients never bring back more than a twentieth in exactly two seconds', () => {
    for (const count of [20, 40, 200, 1_000, 100_000]) {
      const random = new SeededRandom(count);
      const returns = spreadReturns(count, { fromMs: 0, toMs: 2_000 }, () => random.next());
      expect(crowdOf(returns)).toBe(count / 20);
    }
  });

  it('have no fewer at once than there must be, in windows too short for that', () => {
    const holds = fc.record({ ...crowd, widthMs: fc.integer({ min: 1, max: 2_000 }) });
    fc.assert(
      fc.property(holds, ({ count, seed, widthMs }) => {
        const random = new SeededRandom(seed);
        const returns = spreadReturns(count, { fromMs: 0, toMs: widthMs }, () => random.next());
        const share = widthMs <= 100 ? count : Math.ceil((100 * count) / widthMs);
        expect(crowdOf(returns)).toBeLessThanOrEqual(share);
      }),
      { numRuns: 300 },
    );
  });

  it('lie in the window, one in each place of it', () => {
    const holds = fc.record({ ...crowd, withinMs: fc.integer({ min: 1, max: 120_000 }) });
    fc.assert(
      fc.property(holds, ({ count, seed, withinMs }) => {
        const { fromMs, toMs } = returnWindow(withinMs);
        const sorted = draw(count, withinMs, seed).toSorted();
        const isInPlace = sorted.every((returnMs, place) => {
          const begin = fromMs + Math.floor((place * (toMs - fromMs)) / count);
          const end = fromMs + ((place + 1) * (toMs - fromMs)) / count;
          return returnMs >= begin && returnMs < Math.max(end, begin + 1) && returnMs < toMs;
        });
        expect(isInPlace).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('are shuffled, and differ from drain to drain', () => {
    const one = draw(500, 30_000, 1);
    expect(one).not.toEqual(one.toSorted());
    expect(draw(500, 30_000, 2)).not.toEqual(one);
    const rises = one.filter((returnMs, place) => returnMs > (one[place - 1] ?? 0)).length;
    expect(rises).toBeGreaterThan(200);
    expect(rises).toBeLessThan(300);
  });

  it('begin after a second, or after a tenth of a drain that is shorter than ten', () => {
    expect(returnWindow(30_000)).toEqual({ fromMs: 1_000, toMs: 30_000 });
    expect(returnWindow(2_000)).toEqual({ fromMs: 200, toMs: 2_000 });
    expect(returnWindow(0)).toEqual({ fromMs: 0, toMs: 0 });
    expect(spreadReturns(0, returnWindow(0), () => 0.5)).toHaveLength(0);
  });
});

describe('the return times of those who come to a drain', () => {
  const window = { fromMs: 1_000, toMs: 30_000 };

  it('fall evenly over what is left of it', () => {
    for (const elapsedMs of [0, 500, 10_000, 29_000]) {
      const returns = Array.from(
        { length: 1_000 },
        (_, turn) => elapsedMs + (nextReturnMs(window, elapsedMs, turn) ?? Number.NaN),
      );
      const from = Math.max(1_000, elapsedMs);
      const tenths = Array.from({ length: 10 }, () => 0);
      for (const returnMs of returns) {
        expect(returnMs).toBeGreaterThanOrEqual(from);
        expect(returnMs).toBeLessThan(30_000);
        const tenth = Math.floor((10 * (returnMs - from)) / (30_000 - from));
        tenths[tenth] = (tenths[tenth] ?? 0) + 1;
      }
      for (const count of tenths) expect(Math.abs(count - 100)).toBeLessThanOrEqual(5);
    }
  });

  it('are not told when nothing is left', () => {
    expect(nextReturnMs(window, 30_000, 1)).toBeUndefined();
    expect(nextReturnMs(window, 31_000, 1)).toBeUndefined();
  });
});
