import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RateLimit, spend } from '../../src/core/rate.ts';

/** Spends at each of these instants; true for each that passed. */
function spendAt(limit: RateLimit, instants: readonly number[]): boolean[] {
  let mark = Number.NEGATIVE_INFINITY;
  return instants.map((now) => {
    const verdict = spend(limit, mark, now);
    if (verdict.passed) ({ mark } = verdict);
    return verdict.passed;
  });
}

function howMany(passed: readonly boolean[]): number {
  return passed.filter(Boolean).length;
}

describe('I12 a rate limit', () => {
  it('lets a burst pass at once and no more', () => {
    expect(howMany(spendAt({ perSecond: 50, burst: 50 }, Array<number>(80).fill(0)))).toBe(50);
    expect(howMany(spendAt({ perSecond: 20, burst: 200 }, Array<number>(300).fill(7)))).toBe(200);
    expect(howMany(spendAt({ perSecond: 1, burst: 1 }, [0, 0]))).toBe(1);
  });

  it('lets one more pass for every interval after the burst', () => {
    const limit = { perSecond: 10, burst: 3 };
    expect(spendAt(limit, [0, 0, 0, 0, 99, 100, 100, 199, 200])).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('gives the whole burst back after a rest, and not more however long it was', () => {
    const limit = { perSecond: 10, burst: 3 };
    const instants = [0, 0, 0, ...Array<number>(10).fill(1e9)];
    expect(howMany(spendAt(limit, instants))).toBe(6);
  });

  it('does not move on for what did not pass (FM-24)', () => {
    const limit = { perSecond: 1, burst: 1 };
    expect(spendAt(limit, [0, 100, 200, 300, 900, 999, 1_000])).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('passes at the instant it names and not a millisecond before', () => {
    // Rates whose interval has no fraction to be rounded.
    const limits = fc.record({
      perSecond: fc.constantFrom(1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500, 1_000),
      burst: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(limits, fc.nat(5_000), (limit, start) => {
        let mark = start;
        for (let spent = 0; spent < limit.burst; spent += 1) {
          const verdict = spend(limit, mark, start);
          if (!verdict.passed) throw new Error('expected the burst to pass');
          ({ mark } = verdict);
        }
        const refused = spend(limit, mark, start);
        if (refused.passed) throw new Error('expected no more than the burst to pass');
        const { retryAfterMs } = refused;
        expect(retryAfterMs).toBeGreaterThanOrEqual(1);
        expect(spend(limit, mark, start + retryAfterMs).passed).toBe(true);
        expect(spend(limit, mark, start + retryAfterMs - 1).passed).toBe(false);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('lets at most burst + rate x time pass in any stretch of time', () => {
    const gaps = fc.array(fc.nat(120), { minLength: 1, maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 10 }),
        (gaps, perSecond, burst) => {
          let now = 0;
          const instants = gaps.map((gap) => (now += gap));
          const passed = spendAt({ perSecond, burst }, instants);
          const passes = instants.filter((_, index) => passed[index]);
          for (const [first, from] of passes.entries()) {
            for (let last = first; last < passes.length; last += 1) {
              const most = burst + ((passes[last]! - from) * perSecond) / 1_000;
              expect(last - first + 1).toBeLessThanOrEqual(most + 1e-6);
            }
          }
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });
});
