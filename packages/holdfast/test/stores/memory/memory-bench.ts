import { MemoryStore, MemoryStoreServer, SeededRandom, type StoreBench } from 'holdfast/testing';

/** What a bench is made of; a mutant brings its own. */
export interface MemoryBenchParts {
  readonly MemoryStore: typeof MemoryStore;
  readonly MemoryStoreServer: typeof MemoryStoreServer;
}

/** Opens a memory store whose clock moves only when told to. */
export function openMemoryBench(
  parts: MemoryBenchParts = { MemoryStore, MemoryStoreServer },
): StoreBench {
  const clock = { nowMs: Date.UTC(2026, 5, 1) };
  const random = new SeededRandom(1);
  const server = new parts.MemoryStoreServer({
    nowMs: () => clock.nowMs,
    random: () => random.next(),
  });
  const stores: MemoryStore[] = [];
  return {
    leaseMs: server.terms.leaseMs,
    connect: async () => {
      const store = new parts.MemoryStore(server);
      stores.push(store);
      return store;
    },
    advance: async (ms) => {
      clock.nowMs += ms;
    },
    settle: () => new Promise((resolve) => void setImmediate(resolve)),
    wipe: async () => server.wipe(),
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}
