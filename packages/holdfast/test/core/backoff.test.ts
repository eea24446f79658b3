import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffCeilingMs, backoffMs } from '../../src/core/backoff.ts';

const policy = { firstMs: 100, maxMs: 5_000 };

describe('the ceiling of a back-off', () => {
  it('doubles with each failure in a row up to the longest', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((failures) => backoffCeilingMs(policy, failures))).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000,
    ]);
  });

  it('is the first one without a failure', () => {
    expect(backoffCeilingMs(policy, 0)).toBe(100);
  });

  it('stays the longest after any number of failures', () => {
    for (const failures of [53, 54, 1_100, 1e9, Number.MAX_SAFE_INTEGER])
      expect(backoffCeilingMs(policy, failures)).toBe(5_000);
  });

  it('is never more than the longest, also at the first failure', () => {
    expect(backoffCeilingMs({ firstMs: 900, maxMs: 300 }, 1)).toBe(300);
  });
});

describe('the delay of a back-off', () => {
  it('is drawn evenly from nothing up to the ceiling', () => {
    expect(backoffMs(policy, 3, 0)).toBe(0);
    expect(backoffMs(policy, 3, 0.5)).toBe(200);
    expect(backoffMs(policy, 3, 0.999_999)).toBe(399);
  });

  it('is a whole number below the ceiling for any draw', () => {
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.nat(80), draw, (failures, random) => {
        const delay = backoffMs(policy, failures, random);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(backoffCeilingMs(policy, failures));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
