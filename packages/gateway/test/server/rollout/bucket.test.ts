import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUCKETS, bucketOf, isIncluded } from '../../../src/server/rollout/bucket.ts';

const percent = fc.integer({ min: 0, max: BUCKETS }).map((hundredths) => hundredths / 100);

describe('the share of the users for whom it is enforced', () => {
  it('always has the same users for a percentage, and a larger one leaves out none of them', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 256 }), percent, percent, (userId, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const isIn = (share: number): boolean => isIncluded(bucketOf(userId), share);
        expect(isIn(less)).toBe(isIn(less));
        expect(isIn(less) && !isIn(more)).toBe(false);
        expect([isIn(0), isIn(100)]).toEqual([false, true]);
      }),
    );
  });

  it('is of the size it says, whatever the ids look like', () => {
    const users = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);
    for (const share of [1, 10, 50]) {
      const within = users.filter((user) => isIncluded(bucketOf(user), share)).length;
      // Five standard deviations of a binomial share.
      const most = 5 * Math.sqrt(users.length * (share / 100) * (1 - share / 100));
      expect(Math.abs(within - (users.length * share) / 100)).toBeLessThan(most);
    }
  });

  it('is known outside: these are the buckets that the documentation describes', () => {
    expect(['anna', 'ben', 'ü'].map(bucketOf)).toEqual([2253, 6081, 1733]);
  });
});
