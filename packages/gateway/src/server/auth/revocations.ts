import type { Identity } from './verdict.ts';

/** Settings of a list of revocations. */
export interface RevocationOptions {
  /** Wall time in ms that does not go back (`createWallClock`). */
  readonly now: () => number;
  /** Most users, and most single tokens, that are remembered one by one. */
  readonly capacity?: number;
}

/** A single token to revoke. */
export interface RevokedToken {
  readonly userId: string;
  readonly jti: string;
  /** When it expires anyway, where known: the entry is dropped then. */
  readonly expiresAtMs?: number;
}

interface TokenEntry {
  readonly revokedAtMs: number;
  readonly expiresAtMs: number;
}

const DEFAULT_CAPACITY = 100_000;

/**
 * Tokens that are dead although they have not expired. It lives as long as the process.
 *
 * **What "issued before" means.** A token is dead when its `iat` is not after the instant of the
 * revocation. Most issuers write `iat` in whole seconds, rounded down: a token of the same second may
 * be older or newer than the revocation, and counts as older, so a newer one works from the next
 * second on. `iat` with a fraction (as `holdfast token` writes it) is exact to the millisecond. A
 * token without `iat` counts as older than any revocation.
 *
 * **Bound.** Up to `capacity` users and as many single tokens are remembered. Beyond, expired entries
 * go; if that is not enough, the oldest tenth is folded into one rule for everybody: tokens issued up
 * to the latest instant folded are dead. Nothing revoked ever comes back; honest users with tokens
 * that old have to get a new one.
 */
export class Revocations {
  readonly #now: () => number;
  readonly #capacity: number;
  /** Both maps are in the order of revocation, oldest first. */
  readonly #users = new Map<string, number>();
  readonly #tokens = new Map<string, TokenEntry>();
  #everybodyUpToMs = Number.NEGATIVE_INFINITY;

  constructor({ now, capacity = DEFAULT_CAPACITY }: RevocationOptions) {
    this.#now = now;
    this.#capacity = capacity;
  }

  /** All tokens of this user issued up to now are dead. */
  revokeUser(userId: string): void {
    this.#users.delete(userId);
    this.#users.set(userId, this.#now());
    while (this.#users.size > this.#capacity) this.#foldOldestUsers();
  }

  /** This token of this user is dead. Another user's token with the same `jti` is not. */
  revokeToken({ userId, jti, expiresAtMs = Number.POSITIVE_INFINITY }: RevokedToken): void {
    const key = tokenKey(userId, jti);
    this.#tokens.delete(key);
    this.#tokens.set(key, { revokedAtMs: this.#now(), expiresAtMs });
    if (this.#tokens.size > this.#capacity) this.#dropExpired();
    while (this.#tokens.size > this.#capacity) this.#foldOldestTokens();
  }

  /** True when the token with this identity is dead. */
  isRevoked({ userId, jti, issuedAtMs = Number.NEGATIVE_INFINITY }: Identity): boolean {
    const userRevokedAtMs = this.#users.get(userId);
    if (userRevokedAtMs !== undefined && issuedAtMs <= userRevokedAtMs) return true;
    // Only once something has been folded: -Infinity ≤ -Infinity would kill tokens without `iat`.
    const isFolded = this.#everybodyUpToMs !== Number.NEGATIVE_INFINITY;
    if (isFolded && issuedAtMs <= this.#everybodyUpToMs) return true;
    return jti !== undefined && this.#tokens.has(tokenKey(userId, jti));
  }

  /** How many users and single tokens are remembered now. */
  get size(): number {
    return this.#users.size + this.#tokens.size;
  }

  #foldOldestUsers(): void {
    for (const [userId, revokedAtMs] of oldestTenth(this.#users)) {
      this.#users.delete(userId);
      this.#everybodyUpToMs = Math.max(this.#everybodyUpToMs, revokedAtMs);
    }
  }

  #foldOldestTokens(): void {
    for (const [key, { revokedAtMs }] of oldestTenth(this.#tokens)) {
      this.#tokens.delete(key);
      this.#everybodyUpToMs = Math.max(this.#everybodyUpToMs, revokedAtMs);
    }
  }

  #dropExpired(): void {
    const now = this.#now();
    for (const [key, { expiresAtMs }] of this.#tokens) {
      if (expiresAtMs <= now) this.#tokens.delete(key);
    }
  }
}

/** A pair as JSON: no choice of user and jti makes the key of another pair. */
function tokenKey(userId: string, jti: string): string {
  return JSON.stringify([userId, jti]);
}

function oldestTenth<V>(entries: ReadonlyMap<string, V>): [string, V][] {
  return [...entries].slice(0, Math.max(1, Math.floor(entries.size / 10)));
}
