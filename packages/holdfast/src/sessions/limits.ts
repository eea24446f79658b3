import { limitInForce, type Stance } from '../core/enforcement.ts';
import { checkLimit } from '../core/options.ts';
import { UsageError } from '../core/usage-error.ts';
import type { Enforcement } from './enforcement.ts';
import { checkUserId } from './user-id.ts';

/** How many users can have a limit of their own at once. */
export const mostOwnLimits = 100_000;

/** What a newcomer says that bears on the limit in force for it. */
export interface LimitClaim {
  readonly userId: string;
  /** The limit it brought in its token; undefined for that of everybody. */
  readonly brought: number | undefined;
  readonly stance: Stance;
}

/** The limit of a user: one value, one source, whoever asks (FM-18). */
export class Limits {
  readonly #everybody: number;
  readonly #enforcement: Pick<Enforcement, 'order'>;
  readonly #own: Map<string, number> = new Map();

  constructor(everybody: number, enforcement: Pick<Enforcement, 'order'>) {
    this.#everybody = everybody;
    this.#enforcement = enforcement;
  }

  /**
   * The limit an operator set for this user; else the one the newcomer brings in its token; else that of everybody.
   */
  of(userId: string, brought?: number): number {
    return this.#own.get(userId) ?? brought ?? this.#everybody;
  }

  /** The limit that decides about this newcomer; Infinity where its user is only observed and nothing bounds that. */
  inForce({ userId, brought, stance }: LimitClaim): number {
    return limitInForce(this.#enforcement.order, stance, this.of(userId, brought));
  }

  /** The same in a number that can be told: the user's own limit where none is in force. */
  toTell(claim: LimitClaim): number {
    const limit = this.inForce(claim);
    return Number.isFinite(limit) ? limit : this.of(claim.userId, claim.brought);
  }

  /**
   * Sets or, with null, lifts a user's own limit. Takes effect with the next newcomer; nobody is ended by it.
   *
   * @throws UsageError as {@link check} does
   */
  set(userId: string, limit: number | null): void {
    this.check(userId, limit);
    if (limit === null) this.#own.delete(userId);
    else this.#own.set(userId, limit);
  }

  /**
   * Whether a limit can be set, which changes nothing.
   *
   * @throws UsageError `bad-user`, `bad-limit`, or `bad-state` when {@link mostOwnLimits} users have one already
   */
  check(userId: string, limit: number | null): void {
    checkUserId(userId);
    if (limit === null) return;
    checkLimit(limit);
    if (!this.#own.has(userId) && this.#own.size >= mostOwnLimits) {
      throw new UsageError(
        'bad-state',
        `Expected at most ${mostOwnLimits} users with a limit of their own. Lift one first, or put limits into tokens.`,
      );
    }
  }
}
