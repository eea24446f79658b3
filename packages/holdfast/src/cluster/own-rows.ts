import type { SessionLayer } from '../sessions/session-layer.ts';
import type { Membership } from './membership.ts';
import type { StoreGuard } from './store-guard.ts';

/** What going through the rows of this node works with. */
export interface OwnRowsParts {
  readonly guard: StoreGuard;
  readonly membership: () => Membership;
  readonly layer: () => SessionLayer;
  /** Has the store corrected about a user of whom nobody is here. */
  readonly repair: (userId: string) => Promise<void>;
  readonly onFailed: (error: unknown) => void;
}

/** Where nothing gives cause for it, the next slice is looked at with every so many heartbeats. */
const heartbeatsOfSlice = 8;

/**
 * Rows that name this node, of users of whom nobody is here: a store that was rolled back has them of sessions that have ended
 * since, and no session reminds of them. The node goes through what the store has of its generation, a slice now and then;
 * through all of it at once where messages may have been lost, as they are when a store is rolled back.
 */
export class OwnRows {
  readonly #parts: OwnRowsParts;
  #cursor = '';
  /** All of it is to be gone through, from the beginning. */
  #isDoubted = false;
  #isLooking = false;
  #turns = 0;

  constructor(parts: OwnRowsParts) {
    this.#parts = parts;
  }

  /** All of it is gone through with the next heartbeat. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** With each heartbeat. Never rejects. */
  async turn(): Promise<void> {
    this.#turns += 1;
    const isDue = this.#isDoubted || this.#turns % heartbeatsOfSlice === 0;
    if (!isDue || this.#isLooking || this.#parts.guard.isAway) return;
    this.#isLooking = true;
    try {
      if (this.#isDoubted) await this.#lookAtAll();
      else await this.#look();
    } catch (error) {
      this.#parts.onFailed(error);
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookAtAll(): Promise<void> {
    this.#isDoubted = false;
    this.#cursor = '';
    try {
      do await this.#look();
      while (this.#cursor !== '');
    } catch (error) {
      this.#isDoubted = true;
      throw error;
    }
  }

  /** The next slice; the cursor is empty again when it was the last. */
  async #look(): Promise<void> {
    const { guard, membership, layer, repair } = this.#parts;
    const { generation, actor } = membership();
    const slice = await guard.ask((store) => store.sweep(generation, actor, this.#cursor));
    this.#cursor = slice.next ?? '';
    const gone = slice.users.filter((user) => layer().count(user) === 0);
    await Promise.all(gone.map((user) => repair(user)));
  }
}
