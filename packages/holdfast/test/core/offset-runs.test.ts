import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OffsetRuns } from '../../src/core/offset-runs.ts';

describe('runs of offsets', () => {
  it('counts as a set does, in whatever order they come and however often', () => {
    const offset = fc.integer({ min: 1, max: 60 });
    const property = fc.property(
      fc.array(offset, { maxLength: 80 }),
      offset,
      offset,
      (all, a, b) => {
        const runs = new OffsetRuns();
        for (const one of all) runs.add(one);
        const within = [...new Set(all)].filter((one) => one >= a && one <= b);
        expect(runs.countWithin(a, b)).toBe(within.length);
      },
    );
    fc.assert(property, { seed: 7, numRuns: 2_000 });
  });

  it('I12 forgets the lowest where they lie too far apart to be remembered one by one', () => {
    const runs = new OffsetRuns();
    for (let offset = 2; offset <= 2_000; offset += 2) runs.add(offset);
    expect(runs.countWithin(1, 2_000)).toBe(64);
    expect(runs.countWithin(1_873, 2_000)).toBe(64);
  });

  it('remembers any number of neighbours', () => {
    const runs = new OffsetRuns();
    for (let offset = 1; offset <= 100_000; offset += 1) runs.add(offset);
    expect(runs.countWithin(50_001, 200_000)).toBe(50_000);
  });
});
