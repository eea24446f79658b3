import { createHash } from 'node:crypto';

/** Users fall into so many buckets of the same size: each is a hundredth of a percent. */
export const BUCKETS: number = 10_000;

/**
 * The bucket of a user, from 0: the first 32 bits of SHA-256 of `holdfast:rollout:` and the id in UTF-8, modulo
 * {@link BUCKETS}. The same on every node, in every version and for any percentage.
 */
export function bucketOf(userId: string): number {
  return (
    createHash('sha256').update(`holdfast:rollout:${userId}`).digest().readUInt32BE(0) % BUCKETS
  );
}

/** Whether a bucket is among the first `percent` of all: a larger percentage leaves nobody out whom a smaller one takes in. */
export function isIncluded(bucket: number, percent: number): boolean {
  return bucket < Math.round((percent * BUCKETS) / 100);
}
