import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStores, storeStream, type StreamStep } from 'holdfast/testing';
import { openModelBench } from '../model/model-bench.ts';
import { openMemoryBench } from './memory-bench.ts';

/** Fails with fewer steps where fewer show it. */
const streams: fc.Arbitrary<readonly StreamStep[]> = fc
  .nat()
  .chain((seed) => fc.subarray(storeStream(seed, 120), { minLength: 60 }));

describe('random streams of acts', () => {
  it('I1 I8 the memory store and the model give the same answers and the same messages', async () => {
    const same = fc.asyncProperty(streams, async (steps) => {
      const { lines } = await compareStores(steps, {
        one: openModelBench(),
        other: openMemoryBench(),
      });
      expect(lines.length).toBe(steps.length);
    });
    await fc.assert(same, { numRuns: 150, seed: 5 });
  });
});
