import { describe, expect, it } from 'vitest';
import { storeContract } from 'holdfast/testing';
import { openMemoryBench } from './memory-bench.ts';

describe('the memory store keeps the contract', () => {
  it.each(storeContract)('$name', async ({ run }) => {
    await expect(run(async () => openMemoryBench())).resolves.toBeUndefined();
  });
});
