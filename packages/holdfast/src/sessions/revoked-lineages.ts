import type { Session } from './session.ts';

/** How many are remembered; the oldest gives way. */
export const mostRevokedLineages = 10_000;

interface Revocation {
  readonly userId: string;
  readonly at: number;
}

/** When a revoked lineage may be forgotten. */
export interface ForgettingRules {
  readonly now: number;
  readonly resumeWindowMs: number;
  /** Whether the user has a session or a log. */
  readonly isHere: (userId: string) => boolean;
}

/**
 * Lineages whose session was ended because its token was revoked: whoever holds a ticket of one does not continue it,
 * whatever newer token it shows. Remembered for as long as a ticket could give anything: the resume window, and beyond it
 * while the user has a session or a log.
 */
export class RevokedLineages {
  readonly #revoked: Map<number, Revocation> = new Map();

  get size(): number {
    return this.#revoked.size;
  }

  has(lineage: number): boolean {
    return this.#revoked.has(lineage);
  }

  add({ lineage, userId }: Session, now: number): void {
    this.#revoked.set(lineage, { userId, at: now });
    for (const oldest of this.#revoked.keys()) {
      if (this.#revoked.size <= mostRevokedLineages) return;
      this.#revoked.delete(oldest);
    }
  }

  /** Lets go of those whose tickets could give nothing any more. */
  forget({ now, resumeWindowMs, isHere }: ForgettingRules): void {
    for (const [lineage, { userId, at }] of this.#revoked) {
      if (now - at >= resumeWindowMs && !isHere(userId)) this.#revoked.delete(lineage);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#revoked.clear();
  }
}
