import { UsageError } from 'holdfast';
import { CLOCK_LEEWAY_MS } from './clock-leeway.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { Identity } from './verdict.ts';

/** Settings of a list of revocations. */
export interface RevocationOptions {
  /** Wall time in ms that does not go back (`createWallClock`). */
  readonly now: () => number;
  /** Ms that never go back; their zero means nothing. */
  readonly monotonic: () => number;
  /** Most users, and most single tokens, that are revoked at once. */
  readonly capacity?: number;
}

/** Which tokens of a user to revoke. */
export interface RevokedUser {
  /** Tokens issued up to then, ms of wall time; up to now, if absent. An earlier instant than one ordered before changes nothing. */
  readonly atMs?: number | undefined;
  /** When it is not needed any more, monotonic ms, where known. */
  readonly endsAtMs?: number | undefined;
}

/** A single token to revoke. */
export interface RevokedToken {
  readonly userId: string;
  readonly jti: string;
  /** When it expires anyway, monotonic ms, where known. */
  readonly endsAtMs?: number | undefined;
}

const DEFAULT_CAPACITY = 100_000;
const DAY_MS = 86_400_000;
/** How long a revocation is in force where it is not known when the last token it is about expires. */
const LONGEST_DAYS = 30;

/**
 * Tokens that are dead although they have not expired. Where nodes share a store, it keeps them, too;
 * else they live as long as the process.
 *
 * **What "issued before" means.** A token is dead when its `iat` is not later than the instant of the
 * revocation and the leeway granted to the issuer's clock: a clock that is ahead dates a token of
 * before the revocation after it. So is one issued within the leeway afterwards; its bearer needs a
 * newer one. A token without `iat` counts as older than any revocation.
 *
 * **How long.** Until the token expires where that is known, else 30 days. A token that lives longer
 * comes back then.
 *
 * **Bound.** Up to `capacity` users and as many single tokens are revoked at once. One more is
 * refused, and nothing is revoked by it.
 */
export class Revocations {
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #capacity: number;
  /** The instant of the revocation, in wall time: it is compared with `iat`. */
  readonly #users: ExpiringMap<number>;
  readonly #tokens: ExpiringMap<true>;

  constructor({ now, monotonic, capacity = DEFAULT_CAPACITY }: RevocationOptions) {
    this.#now = now;
    this.#monotonic = monotonic;
    this.#capacity = capacity;
    this.#users = new ExpiringMap({ now: monotonic, capacity });
    this.#tokens = new ExpiringMap({ now: monotonic, capacity });
  }

  /** All tokens of this user issued up to then are dead. @throws UsageError `bad-state` when full */
  revokeUser(
    userId: string,
    { atMs = this.#now(), endsAtMs = this.longestMs() }: RevokedUser = {},
  ): void {
    const revokedAtMs = this.#users.find(userId);
    if (revokedAtMs !== undefined && revokedAtMs > atMs) return;
    if (this.#users.set(userId, atMs, endsAtMs)) return;
    throw this.#full('users', 'To void every token at once, sign them with a new key.');
  }

  /**
   * This token of this user is dead. Another user's token with the same `jti` is not.
   *
   * @throws UsageError `bad-state` when full
   */
  revokeToken({ userId, jti, endsAtMs = this.longestMs() }: RevokedToken): void {
    if (this.#tokens.set(tokenKey(userId, jti), true, endsAtMs)) return;
    throw this.#full('single tokens', 'Leave out `jti` to revoke all tokens of this user.');
  }

  /** True when the token with this identity is dead. */
  isRevoked({ userId, jti, issuedAtMs = Number.NEGATIVE_INFINITY }: Identity): boolean {
    const revokedAtMs = this.#users.find(userId);
    if (revokedAtMs !== undefined && issuedAtMs <= revokedAtMs + CLOCK_LEEWAY_MS) return true;
    return jti !== undefined && this.#tokens.find(tokenKey(userId, jti)) === true;
  }

  /** Lets go of revocations that are over. */
  removeEnded(): void {
    this.#users.removeEnded();
    this.#tokens.removeEnded();
  }

  /** How many users and single tokens are held now. */
  get size(): number {
    return this.#users.size + this.#tokens.size;
  }

  /** When a revocation ends of which it is not known when nobody needs it any more, monotonic ms. */
  longestMs(): number {
    return this.#monotonic() + LONGEST_DAYS * DAY_MS;
  }

  #full(what: string, remedy: string): UsageError {
    return new UsageError(
      'bad-state',
      `Expected at most ${this.#capacity} revocations of ${what} at once. Nothing was revoked. ${remedy} ` +
        `Each ends when its token expires, or after ${LONGEST_DAYS} days.`,
    );
  }
}

/** A pair as JSON: no choice of user and jti makes the key of another pair. */
function tokenKey(userId: string, jti: string): string {
  return JSON.stringify([userId, jti]);
}
