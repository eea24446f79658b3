import type { Membership } from './membership.ts';
import type { StoreGuard } from './store-guard.ts';

/** What is done about rows of nodes that are gone. */
export interface LapsedParts {
  readonly guard: StoreGuard;
  readonly membership: () => Membership;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Rows of a node that is gone count for nothing; the next act about their user takes them out. Those of users who never come
 * back are taken out here, one slice after the other, by the node that is oldest.
 */
export class LapsedRows {
  readonly #parts: LapsedParts;
  #isSweeping = false;

  constructor(parts: LapsedParts) {
    this.#parts = parts;
  }

  /** With each heartbeat. Never rejects. */
  async turn(): Promise<void> {
    const { membership, onFailed } = this.#parts;
    const { lapsed, live } = membership().roster;
    const oldest = Math.min(...live.generations);
    const isOurs = lapsed.length > 0 && oldest === membership().generation;
    if (!isOurs || this.#isSweeping) return;
    this.#isSweeping = true;
    try {
      for (const generation of lapsed) await this.#sweep(generation);
    } catch (error) {
      onFailed(error);
    } finally {
      this.#isSweeping = false;
    }
  }

  async #sweep(generation: number): Promise<void> {
    const { guard, membership } = this.#parts;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const from: string = cursor;
      const slice = await guard.ask((store) => store.sweep(generation, membership().actor, from));
      cursor = slice.next;
    }
    await guard.ask((store) => store.forget(generation));
  }
}
