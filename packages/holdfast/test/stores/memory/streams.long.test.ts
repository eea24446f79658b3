import { describe, expect, it } from 'vitest';
import { checkStreams } from '../check-streams.ts';
import { openModelBench } from '../model/model-bench.ts';
import { openMemoryBench } from './memory-bench.ts';

describe('many random streams of acts', () => {
  it('I1 I8 the memory store and the model give the same answers and the same messages', async () => {
    const check = checkStreams({
      one: async () => openModelBench(),
      other: async () => openMemoryBench(),
      runs: 5_000,
      seed: 6,
    });
    await expect(check).resolves.toBeUndefined();
  });
});
