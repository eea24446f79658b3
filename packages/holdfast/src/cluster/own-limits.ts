import type { SessionLayer } from '../sessions/session-layer.ts';
import type { Membership } from './membership.ts';
import type { Post } from './post.ts';
import type { StoreGuard } from './store-guard.ts';
import { untakenOrder } from './untaken-order.ts';

/** What limits are kept with. */
export interface OwnLimitsParts {
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly post: Post;
  readonly onFailed: (error: unknown) => void;
}

/** Limits that users have of their own. In force is what the store knows; every node knows it too, for while that is away. */
export class OwnLimits {
  readonly #parts: OwnLimitsParts;

  constructor(parts: OwnLimitsParts) {
    this.#parts = parts;
    parts.post.on('limit', (data) => {
      const { user, limit } = data as { user: string; limit: number | null };
      parts.layer().setLimit(user, limit);
    });
  }

  /** The limit in force for a user. Rejects with StoreError. */
  async of(user: string): Promise<number> {
    const { guard, membership, layer } = this.#parts;
    const { limit } = await guard.ask((store) => store.stateOf(user, membership().actor));
    return limit ?? layer().settings.maxSessionsPerUser;
  }

  /** Rejects with UsageError, or with StoreError: no node has changed anything then. */
  async set(user: string, limit: number | null): Promise<void> {
    const { guard, layer, membership, post } = this.#parts;
    layer().cluster.checkLimit(user, limit);
    try {
      await guard.ask((store) => store.setLimit(user, limit));
    } catch (error) {
      throw untakenOrder(error, 'No node has changed the limit');
    }
    this.#setHere(user, limit);
    for (const { generation } of membership().others())
      post.tell(generation, 'limit', { user, limit });
  }

  /** It is in force already: where this node cannot keep it, that matters only while the store is away. */
  #setHere(user: string, limit: number | null): void {
    const { layer, onFailed } = this.#parts;
    try {
      layer().setLimit(user, limit);
    } catch (error) {
      onFailed(error);
    }
  }
}
