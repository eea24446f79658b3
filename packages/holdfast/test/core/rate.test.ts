import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RateLimit, spend } from '../../src/core/rate.ts';

/** Asks at each of these instants; the instants at which it passed. */
function passedAt(limit: RateLimit, instants: readonly number[]): number[] {
  let mark = 0;
  return instants.filter((now) => {
    const verdict = spend(limit, mark, now);
    if (verdict.passed) ({ mark } = verdict);
    return verdict.passed;
  });
}

describe('a rate limit', () => {
  it('lets a burst through and then one per interval', () => {
    const asked = Array.from({ length: 100 }, (_, place) => 1_000 + place * 10);
    const passed = passedAt({ perSecond: 20, burst: 5 }, asked);
    expect(passed.slice(0, 6)).toEqual([1_000, 1_010, 1_020, 1_030, 1_040, 1_050]);
    expect(passed).toHaveLength(5 + 19);
  });

  it('FM-24 says when it would pass, and passes then and not a millisecond earlier', () => {
    // Rates whose interval has no fraction to be rounded.
    const limits = fc.record({
      perSecond: fc.constantFrom(1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500, 1_000),
      burst: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(limits, fc.nat(1_000_000), fc.nat(400_000), (limit, now, aheadMs) => {
        const mark = now + aheadMs;
        const verdict = spend(limit, mark, now);
        if (verdict.passed) return;
        expect(verdict.retryAfterMs).toBeGreaterThan(0);
        expect(spend(limit, mark, now + verdict.retryAfterMs).passed).toBe(true);
        expect(spend(limit, mark, now + verdict.retryAfterMs - 1).passed).toBe(false);
      }),
    );
  });

  it('never passes more than the burst and the rate allow, in any window', () => {
    const gaps = fc.array(fc.nat(200), { minLength: 1, maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        gaps,
        (perSecond, burst, waits) => {
          let now = 0;
          const passed = passedAt(
            { perSecond, burst },
            waits.map((wait) => (now += wait)),
          );
          for (let from = 0; from < passed.length; from += 1) {
            for (let to = from; to < passed.length; to += 1) {
              const windowMs = (passed[to] ?? 0) - (passed[from] ?? 0);
              expect(to - from + 1).toBeLessThanOrEqual(
                burst + (windowMs * perSecond) / 1_000 + 1e-6,
              );
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is full again after a pause', () => {
    const limit = { perSecond: 10, burst: 3 };
    expect(passedAt(limit, [0, 0, 0, 0, 10_000, 10_000, 10_000, 10_000])).toHaveLength(6);
  });
});
