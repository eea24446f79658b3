import { storeContract } from 'holdfast/testing';
import { describe, it } from 'vitest';
import { openMemoryBench } from './memory-bench.ts';

describe('the memory store keeps the contract', () => {
  for (const { name, run } of storeContract) it(name, () => run(async () => openMemoryBench()));
});
