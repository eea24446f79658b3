import * as fc from 'fast-check';
import { compareStores, storeStream, type StoreBench, type StreamStep } from 'holdfast/testing';

/** Fails with fewer steps where fewer show it. */
const streams: fc.Arbitrary<readonly StreamStep[]> = fc
  .nat()
  .chain((seed) => fc.subarray(storeStream(seed, 120), { minLength: 60 }));

/** Two stores to compare, and how much. */
export interface StreamCheck {
  /** Opens an empty store that does what is right. */
  readonly one: () => Promise<StoreBench>;
  /** Opens an empty store that may not. */
  readonly other: () => Promise<StoreBench>;
  readonly runs: number;
  readonly seed: number;
}

/** Plays random streams against both; rejects with the shortest found at which they differ. */
export async function checkStreams({ one, other, runs, seed }: StreamCheck): Promise<void> {
  const same = fc.asyncProperty(streams, async (steps) => {
    const benches = { one: await one(), other: await other() };
    try {
      await compareStores(steps, benches);
    } finally {
      await benches.one.close();
      await benches.other.close();
    }
  });
  await fc.assert(same, { numRuns: runs, seed });
}
