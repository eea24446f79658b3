import type { RevocationOrder } from '../sessions/store/cluster-store.ts';
import type { Membership } from './membership.ts';
import type { Post } from './post.ts';
import type { StoreGuard } from './store-guard.ts';

/** What revoking works with. */
export interface RevokingParts {
  readonly guard: StoreGuard;
  readonly membership: () => Membership;
  readonly post: Post;
  /** Carries an order out here. May be called more than once with the same. */
  readonly onRevoked: (order: RevocationOrder) => void;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Revocations reach every node: they are told to all, and kept in the store, which is read at the start and whenever
 * messages may have been lost.
 */
export class Revoking {
  readonly #parts: RevokingParts;

  constructor(parts: RevokingParts) {
    this.#parts = parts;
    parts.post.on('revoked', (data) => parts.onRevoked(data as RevocationOrder));
  }

  /** Rejects with StoreError: it holds on this node then, and nobody else may know. */
  async revoke(order: RevocationOrder): Promise<void> {
    const { guard, membership, post, onRevoked } = this.#parts;
    onRevoked(order);
    await guard.ask((store) => store.revoke(order));
    // Whoever joins from here on reads it from the store.
    for (const { generation } of await membership().everybodyElse())
      post.tell(generation, 'revoked', order);
  }

  /** Reads all orders that stand. Never rejects. */
  async readAll(): Promise<void> {
    const { guard, onRevoked, onFailed } = this.#parts;
    try {
      for (const order of await guard.ask((store) => store.revocations())) onRevoked(order);
    } catch (error) {
      onFailed(error);
    }
  }
}
