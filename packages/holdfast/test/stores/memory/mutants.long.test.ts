import { storeContract } from 'holdfast/testing';
import { describe, expect, it } from 'vitest';
import type { MemoryStore } from '../../../src/stores/memory/memory-store.ts';
import type { MemoryStoreServer } from '../../../src/stores/memory/memory-store-server.ts';
import { type Mutant, withMutant } from '../../mutants.ts';
import { type MemoryBenchParts, openMemoryBench } from './memory-bench.ts';
import { storeMutants } from './mutants-of-the-store.ts';

async function loadParts(load: (file: string) => Promise<unknown>): Promise<MemoryBenchParts> {
  const store = await load('stores/memory/memory-store.ts');
  const server = await load('stores/memory/memory-store-server.ts');
  return {
    ...(store as { MemoryStore: typeof MemoryStore }),
    ...(server as { MemoryStoreServer: typeof MemoryStoreServer }),
  };
}

/** The first case the mutant breaks; null when it survives. */
async function caseAgainst(mutant: Mutant): Promise<string | null> {
  return withMutant(mutant, async (load) => {
    const parts = await loadParts(load);
    for (const { name, run } of storeContract) {
      const broken = await run(async () => openMemoryBench(parts)).then(
        () => null,
        () => name,
      );
      if (broken !== null) return broken;
    }
    return null;
  });
}

describe('FM-89 the contract of the stores notices when', () => {
  it.each(storeMutants)('$name', async (mutant) => {
    expect(await caseAgainst(mutant)).not.toBeNull();
  });
});
