import { MemoryStore, MemoryStoreServer, SeededRandom, type StoreBench } from 'holdfast/testing';

/** A memory store whose clock moves only when told to. */
export interface MemoryBench extends StoreBench {
  readonly server: MemoryStoreServer;
  readonly clock: { nowMs: number };
}

/** Opens one. */
export function openMemoryBench(): MemoryBench {
  const clock = { nowMs: Date.UTC(2026, 5, 1) };
  const random = new SeededRandom(1);
  const server = new MemoryStoreServer({
    nowMs: () => clock.nowMs,
    random: () => random.next(),
  });
  const stores: MemoryStore[] = [];
  return {
    server,
    clock,
    leaseMs: server.terms.leaseMs,
    connect: async () => {
      const store = new MemoryStore(server);
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
