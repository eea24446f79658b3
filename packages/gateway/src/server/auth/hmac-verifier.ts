import type { KeyObject } from 'node:crypto';
import { type ClaimPolicy, type Claims, readClaims } from './claims.ts';
import { parseCompactToken } from './compact-token.ts';
import { hasHmacSignature, hmacKey } from './hmac-signature.ts';
import { type Judge, judgeClaims } from './judge.ts';
import { type Refusal, type Verdict, refuseToken } from './verdict.ts';
import { VerifiedTokens, tokenHash } from './verified-tokens.ts';

/** What an `HmacVerifier` is made from. */
export interface HmacVerifierOptions {
  readonly secret: string;
  readonly policy: ClaimPolicy;
  readonly judge: Judge;
  readonly cacheEntries: number;
}

/** Verifies HS256 tokens, synchronously. No other algorithm is accepted, `none` least of all. */
export class HmacVerifier {
  readonly #key: KeyObject;
  readonly #policy: ClaimPolicy;
  readonly #judge: Judge;
  readonly #verified: VerifiedTokens;

  constructor({ secret, policy, judge, cacheEntries }: HmacVerifierOptions) {
    this.#key = hmacKey(secret);
    this.#policy = policy;
    this.#judge = judge;
    this.#verified = new VerifiedTokens(cacheEntries);
  }

  /** Judges a token as it stands now. */
  verify(token: string | undefined): Verdict {
    if (token === undefined || token === '') return missingToken();
    const key = tokenHash(token);
    const remembered = this.#verified.find(key);
    const read = remembered === undefined ? this.#read(token) : { claims: remembered };
    if (!('claims' in read)) return read;
    const verdict = judgeClaims(read.claims, this.#judge);
    if (!verdict.ok && verdict.reason === 'expired') this.#verified.remove(key);
    else if (remembered === undefined) this.#verified.remember(key, read.claims);
    return verdict;
  }

  #read(token: string): { readonly claims: Claims } | Refusal {
    const parsed = parseCompactToken(token);
    if (!parsed.ok) return parsed;
    if (!hasHmacSignature(parsed.token, this.#key)) {
      return refuseToken('bad-signature', 'Expected a token signed with HS256 and our secret.');
    }
    return readClaims(parsed.token.payload, this.#policy);
  }
}

/** The refusal of a request without a token. */
export function missingToken(): Refusal {
  return refuseToken(
    'missing',
    'Expected a token in the Authorization header, a sub-protocol or the query.',
  );
}
