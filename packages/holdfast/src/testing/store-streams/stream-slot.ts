import type { Actor } from '../../sessions/store/acts.ts';
import type {
  ClusterStore,
  StoreListener,
  StoreMessage,
} from '../../sessions/store/cluster-store.ts';

/** One process of a stream: a connection that takes generation after generation. */
export class StreamSlot implements StoreListener {
  readonly store: ClusterStore;
  readonly messages: StoreMessage[] = [];
  /** As the stream counts generations. */
  node = 0;
  /** As it has last heard, as the stream counts generations. */
  live: { readonly upTo: number; readonly generations: readonly number[] } = {
    upTo: 0,
    generations: [],
  };
  broadcasts = 0;

  constructor(store: ClusterStore) {
    this.store = store;
  }

  heard(message: StoreMessage): void {
    this.messages.push(message);
  }

  connected(): void {}

  disconnected(): void {}
}

/**
 * Generations in the order in which a stream took them, from 1: two stores may count them otherwise, so this is what is
 * compared.
 */
export class GenerationBook {
  readonly #generations: number[] = [0];

  /** Enters one. */
  enter(generation: number): number {
    return this.#generations.push(generation) - 1;
  }

  /** How many have been taken. */
  get last(): number {
    return this.#generations.length - 1;
  }

  /** What the store calls it. */
  inStore(node: number): number {
    return this.#generations[node] ?? 0;
  }

  /** What the stream calls it; -1 for one that nobody took. */
  inStream(generation: number): number {
    return this.#generations.indexOf(generation);
  }

  /** Who acts, in the words of the store. */
  actorOf({ node, live, broadcasts }: StreamSlot): Actor {
    return {
      node: this.inStore(node),
      live: {
        upTo: this.inStore(live.upTo),
        generations: live.generations.map((one) => this.inStore(one)),
      },
      broadcasts,
    };
  }
}
