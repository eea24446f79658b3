import type { RevocationOrder } from '../sessions/store/cluster-store.ts';
import { type ClosedSessions, endedBy } from './directory.ts';
import { Question, type QuestionParts } from './question.ts';
import type { StoreGuard } from './store-guard.ts';
import { untakenOrder } from './untaken-order.ts';

/** Carries an order out on one node, and names the sessions it has ended. `note` is for the log. */
export type RevocationDuty = (order: RevocationOrder, note?: string) => readonly string[];

/** What revoking works with. */
export interface RevokingParts extends QuestionParts {
  readonly guard: StoreGuard;
  /** May be called more than once with the same order. */
  readonly onRevoked: RevocationDuty;
  readonly onFailed: (error: unknown) => void;
}

type RevocationAsked = RevocationOrder & { readonly note?: string };

/**
 * Revocations reach every node: they are told to all, and kept in the store, which is read at the start and whenever
 * messages may have been lost.
 */
export class Revoking {
  readonly #parts: RevokingParts;
  readonly #revoked: Question<RevocationAsked, readonly string[]>;

  constructor(parts: RevokingParts) {
    this.#parts = parts;
    this.#revoked = new Question(parts, {
      kind: 'revoked',
      answer: ({ note, ...order }) => parts.onRevoked(order, note),
    });
  }

  /**
   * Rejects with what `onRevoked` throws, and nobody else hears of it then; or with StoreError, and it holds on this node: it
   * is not taken back there, since what it ends is to end in any case, and a repeated order changes nothing where it holds.
   */
  async revoke(order: RevocationOrder, note?: string): Promise<ClosedSessions> {
    const { guard, onRevoked } = this.#parts;
    const here = onRevoked(order, note);
    try {
      await guard.ask((store) => store.revoke(order));
    } catch (error) {
      throw untakenOrder(error, 'The revocation holds on this node');
    }
    // Whoever joins from here on reads it from the store.
    const asked = { ...order, ...(note === undefined ? {} : { note }) };
    const { answers, silent } = await this.#revoked.others(asked);
    return endedBy({ answers: [here, ...answers], silent });
  }

  /** Reads all orders that stand. Never rejects; one that cannot be carried out keeps back no other. */
  async readAll(): Promise<void> {
    const { guard, onFailed } = this.#parts;
    try {
      const orders = await guard.ask((store) => store.revocations());
      const failures = orders.flatMap((order) => this.#failureOf(order));
      // One word for all of them: a node that is full fails for each.
      if (failures.length > 0) onFailed(failures[0]);
    } catch (error) {
      onFailed(error);
    }
  }

  #failureOf(order: RevocationOrder): unknown[] {
    try {
      this.#parts.onRevoked(order);
      return [];
    } catch (error) {
      return [error];
    }
  }
}
