import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, percentile } from '../../../src/proof/statistics/percentile.ts';

const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });

describe('a percentile', () => {
  it('is the smallest measured value that this share does not exceed', () => {
    const share = fc.integer({ min: 1, max: 1000 }).map((one) => one / 1000);
    fc.assert(
      fc.property(values, share, (measured, wanted) => {
        const found = percentile(measured, wanted) ?? Number.NaN;
        expect(measured).toContain(found);
        const notAbove = measured.filter((value) => value <= found).length;
        const below = measured.filter((value) => value < found).length;
        // In whole thousandths: a share times a count is not exact in binary.
        expect(notAbove * 1000).toBeGreaterThanOrEqual(Math.round(wanted * 1000) * measured.length);
        expect(below * 1000).toBeLessThan(Math.round(wanted * 1000) * measured.length);
      }),
    );
  });

  it.each([
    [[15, 20, 35, 40, 50], 0.3, 20],
    [[15, 20, 35, 40, 50], 0.4, 20],
    [[15, 20, 35, 40, 50], 0.5, 35],
    [[15, 20, 35, 40, 50], 1, 50],
    [Array.from({ length: 100 }, (_, index) => index + 1), 0.07, 7],
    [Array.from({ length: 100 }, (_, index) => index + 1), 0.99, 99],
    [Array.from({ length: 1000 }, (_, index) => index + 1), 0.999, 999],
    [[7], 0.01, 7],
  ])('by nearest rank of %j at %d is %d', (measured, share, expected) => {
    expect(percentile(measured, share)).toBe(expected);
  });

  it('of nothing is none', () => {
    expect(percentile([], 0.5)).toBeNull();
    expect(median([])).toBeNull();
  });

  it('does not depend on the order, and leaves it as it was', () => {
    const measured = [3, 1, 2];
    expect(percentile(measured, 0.5)).toBe(2);
    expect(measured).toEqual([3, 1, 2]);
  });
});

describe('a median', () => {
  it('has as many values above as below', () => {
    fc.assert(
      fc.property(values, (measured) => {
        const middle = median(measured) ?? Number.NaN;
        const above = measured.filter((value) => value > middle).length;
        const below = measured.filter((value) => value < middle).length;
        expect(above).toBeLessThanOrEqual(measured.length / 2);
        expect(below).toBeLessThanOrEqual(measured.length / 2);
      }),
    );
    expect(median([1, 2, 3, 10])).toBe(2.5);
  });
});
