import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffCeilingMs, backoffMs } from '../../src/core/backoff.ts';

const policy = { firstMs: 1_000, maxMs: 60_000 };

describe('a backoff', () => {
  it.each([
    [0, 1_000],
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 32_000],
    [7, 60_000],
    [1_000_000, 60_000],
    [Number.MAX_SAFE_INTEGER, 60_000],
  ])('after %d failures has the ceiling %d ms', (failures, ms) => {
    expect(backoffCeilingMs(policy, failures)).toBe(ms);
  });

  it('draws a whole number from nothing up to its ceiling', () => {
    const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.nat(100), draws, (failures, draw) => {
        const ms = backoffMs(policy, failures, draw);
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThan(backoffCeilingMs(policy, failures));
      }),
    );
    expect(backoffMs(policy, 3, 0)).toBe(0);
    expect(backoffMs(policy, 3, 0.5)).toBe(2_000);
  });
});
