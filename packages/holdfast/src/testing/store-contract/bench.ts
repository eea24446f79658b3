import type { ClusterStore } from '../../sessions/store/cluster-store.ts';

/** An empty store under test, and what a case needs to do to it. */
export interface StoreBench {
  /** Another process: a connection of its own to the same store. */
  connect(): Promise<ClusterStore>;
  /** Lets at least so much time of the store's clock pass. */
  advance(ms: number): Promise<void>;
  /** Resolves when every message that was sent before has been heard. */
  settle(): Promise<void>;
  /** The store forgets everything; connections stay. */
  wipe(): Promise<void>;
  /** How long a lease runs. At least 300 ms; a store whose time is real wants it short. */
  readonly leaseMs: number;
  /** Closes every connection. */
  close(): Promise<void>;
}

/** How much of the store's time a case lets pass. */
export type CaseWait = 'nothing' | 'moments' | 'lease' | 'minute';

/** One promise of the store's port. Throws when it is broken. */
export interface StoreContractCase {
  readonly name: string;
  readonly waits: CaseWait;
  run(open: () => Promise<StoreBench>): Promise<void>;
}

/** A case: opens a bench, and closes it whatever becomes of it. */
export function promise(
  name: string,
  act: (bench: StoreBench) => Promise<void>,
  waits: CaseWait = 'nothing',
): StoreContractCase {
  return {
    name,
    waits,
    run: async (open) => {
      const bench = await open();
      try {
        await act(bench);
      } finally {
        await bench.close();
      }
    },
  };
}
