import type { SessionEnd } from '../protocol/close-causes.ts';
import type { ClusterLink } from '../sessions/cluster-seat.ts';
import type { LeaveNote } from '../sessions/door.ts';
import type { Position, Session } from '../sessions/session.ts';
import type { ClusterStore } from '../sessions/store/cluster-store.ts';
import type { Membership } from './membership.ts';
import type { StoreGuard } from './store-guard.ts';

/** What the ledger works with. */
export interface LedgerParts {
  readonly guard: StoreGuard;
  readonly membership: () => Membership;
  /** How long what is known of a user who is away is kept, milliseconds. */
  readonly keepMs: number;
  /** What the store was to be told of this user may not have reached it. */
  readonly onDoubt: (userId: string) => void;
}

/** A client that was told when to come back may take so much longer, milliseconds. */
const lateReturnMs = 10_000;
/** The store has given the row to somebody else already. */
const replaced: ReadonlySet<SessionEnd> = new Set(['superseded', 'taken-over', 'evicted']);

/**
 * Tells the store what becomes of sessions here, in the tick in which it happens. Nothing is queued: where the store does
 * not answer, its user is in doubt, and is asserted as a whole later.
 */
export class SlotLedger implements ClusterLink {
  readonly #parts: LedgerParts;
  /** Acts that were sent and not answered. */
  #underWay = 0;
  #whenQuiet: (() => void)[] = [];

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  left(session: Session, cause: SessionEnd, { retryAfterMs }: LeaveNote): void {
    if (replaced.has(cause)) return;
    const { userId, generation } = session;
    if (cause === 'shutdown' && retryAfterMs !== undefined) this.#reserve(session, retryAfterMs);
    else this.release(userId, generation, cause === 'revoked');
  }

  /** Gives a slot back. */
  release(user: string, session: number, isRevoked = false): void {
    const { membership, keepMs } = this.#parts;
    const { actor } = membership();
    this.#tell(user, (store) => store.release({ ...actor, user, session, isRevoked, keepMs }));
  }

  confirmed({ userId, generation }: Session): void {
    this.#tell(userId, (store) => store.confirm({ user: userId, session: generation }));
  }

  written(userId: string, position: Position): void {
    this.#tell(userId, (store) => store.delivered({ user: userId, position }));
  }

  /** Resolves when every act has been answered, or given up. */
  quiet(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenQuiet.push(resolve);
    });
  }

  #reserve({ userId: user, generation: session }: Session, retryAfterMs: number): void {
    const { membership, keepMs } = this.#parts;
    const { actor } = membership();
    const forMs = Math.ceil(retryAfterMs) + lateReturnMs;
    this.#tell(user, (store) => store.reserve({ ...actor, user, session, forMs, keepMs }));
  }

  #tell(userId: string, act: (store: ClusterStore) => Promise<unknown>): void {
    this.#underWay += 1;
    const settled = (): void => {
      this.#underWay -= 1;
      if (this.#underWay > 0) return;
      for (const resolve of this.#whenQuiet.splice(0)) resolve();
    };
    this.#parts.guard.ask(act).then(settled, () => {
      this.#parts.onDoubt(userId);
      settled();
    });
  }
}
