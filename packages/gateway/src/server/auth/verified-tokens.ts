import { createHash } from 'node:crypto';
import type { Claims } from './claims.ts';

/**
 * A bounded memory of tokens whose signature and claims held, by the hash of the token. It says
 * nothing about time or revocation: whoever asks judges those anew. Only verified tokens enter, so
 * nobody without a valid one can push others out. Beyond `capacity` the one not used for longest
 * goes.
 */
export class VerifiedTokens {
  readonly #capacity: number;
  /** In the order of use, the one not used for longest first. */
  readonly #claims = new Map<string, Claims>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The claims of this token, if it is remembered; it then counts as just used. */
  find(key: string): Claims | undefined {
    const claims = this.#claims.get(key);
    if (claims === undefined) return undefined;
    this.#claims.delete(key);
    this.#claims.set(key, claims);
    return claims;
  }

  /** Remembers a verified token. */
  remember(key: string, claims: Claims): void {
    this.#claims.set(key, claims);
    if (this.#claims.size <= this.#capacity) return;
    const [oldest] = this.#claims.keys();
    if (oldest !== undefined) this.#claims.delete(oldest);
  }

  /** Forgets a token that can never be valid again. */
  remove(key: string): void {
    this.#claims.delete(key);
  }

  /** Forgets everything: the keys have changed. */
  clear(): void {
    this.#claims.clear();
  }

  /** How many tokens are remembered. */
  get size(): number {
    return this.#claims.size;
  }
}

/** The key under which a token is remembered: its SHA-256, so that no token stays in memory. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
