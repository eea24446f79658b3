import { checkLimit } from '../core/options.ts';
import { UsageError } from '../core/usage-error.ts';
import { checkUserId } from './user-id.ts';

/** How many users can have a limit of their own at once. */
export const mostOwnLimits = 100_000;

/** The limit in force for a user: one value, one source, whoever asks (FM-18). */
export class Limits {
  readonly #everybody: number;
  readonly #own: Map<string, number> = new Map();

  constructor(everybody: number) {
    this.#everybody = everybody;
  }

  /**
   * The limit an operator set for this user; else the one the newcomer brings in its token; else that of everybody.
   */
  of(userId: string, brought?: number): number {
    return this.#own.get(userId) ?? brought ?? this.#everybody;
  }

  /**
   * Sets or, with null, lifts a user's own limit. Takes effect with the next newcomer; nobody is ended by it.
   *
   * @throws UsageError `bad-user`, `bad-limit`, or `bad-state` when {@link mostOwnLimits} users have one already
   */
  set(userId: string, limit: number | null): void {
    if (limit === null) {
      this.#own.delete(userId);
      return;
    }
    checkUserId(userId);
    checkLimit(limit);
    if (!this.#own.has(userId) && this.#own.size >= mostOwnLimits) {
      throw new UsageError(
        'bad-state',
        `Expected at most ${mostOwnLimits} users with a limit of their own. Lift one first, or put limits into tokens.`,
      );
    }
    this.#own.set(userId, limit);
  }
}
