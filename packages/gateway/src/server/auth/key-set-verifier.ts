import { compactVerify, errors } from 'jose';
import { type ClaimPolicy, type Claims, readClaims } from './claims.ts';
import { parseCompactToken } from './compact-token.ts';
import { missingToken } from './hmac-verifier.ts';
import { ALGORITHMS } from './issuer-keys.ts';
import { type Judge, judgeClaims } from './judge.ts';
import type { KeySet, KeySnapshot } from './key-set.ts';
import { type Refusal, type Verdict, refuseToken } from './verdict.ts';
import { VerifiedTokens, tokenHash } from './verified-tokens.ts';

/** What a `KeySetVerifier` is made from. */
export interface KeySetVerifierOptions {
  readonly keySet: KeySet;
  readonly policy: ClaimPolicy;
  readonly judge: Judge;
  readonly cacheEntries: number;
}

/** The claims of a token, and the version of the keys its signature was checked with. */
interface ReadToken {
  readonly claims: Claims;
  readonly version: number;
}

type SignatureOutcome = 'valid' | 'invalid' | 'unknown-key';

/** Verifies tokens against the public keys of the configured issuer. */
export class KeySetVerifier {
  readonly #keySet: KeySet;
  readonly #policy: ClaimPolicy;
  readonly #judge: Judge;
  readonly #verified: VerifiedTokens;
  /** The version of the keys that the remembered tokens were verified with. */
  #verifiedVersion = 0;

  constructor({ keySet, policy, judge, cacheEntries }: KeySetVerifierOptions) {
    this.#keySet = keySet;
    this.#policy = policy;
    this.#judge = judge;
    this.#verified = new VerifiedTokens(cacheEntries);
  }

  /** Judges a token as it stands now; rejects for none, only where the gateway itself fails. */
  async verify(token: string | undefined): Promise<Verdict> {
    if (token === undefined || token === '') return missingToken();
    const keys = await this.#keySet.current();
    if (keys === undefined) return unavailable();
    this.#forgetIfChanged(keys);
    const key = tokenHash(token);
    const remembered = this.#verified.find(key);
    if (remembered !== undefined) return this.#judgeRemembered(key, remembered);
    const read = await this.#read(token, keys);
    if (!('claims' in read)) return read;
    // The keys may have changed while the signature was checked.
    if (read.version === this.#verifiedVersion) this.#verified.remember(key, read.claims);
    return this.#judgeRemembered(key, read.claims);
  }

  #judgeRemembered(key: string, claims: Claims): Verdict {
    const verdict = judgeClaims(claims, this.#judge);
    if (!verdict.ok && verdict.reason === 'expired') this.#verified.remove(key);
    return verdict;
  }

  /** A key that was withdrawn takes the tokens verified with it along. */
  #forgetIfChanged(keys: KeySnapshot): void {
    if (keys.version <= this.#verifiedVersion) return;
    this.#verified.clear();
    this.#verifiedVersion = keys.version;
  }

  async #read(token: string, keys: KeySnapshot): Promise<ReadToken | Refusal> {
    const parsed = parseCompactToken(token);
    if (!parsed.ok) return parsed;
    if (!ALGORITHMS.includes(parsed.token.algorithm)) return badSignature();
    let { version } = keys;
    let outcome = await this.#checkSignature(token, keys);
    if (outcome === 'unknown-key') {
      const newest = await this.#keySet.newest();
      if (newest !== undefined && newest.version !== version) {
        this.#forgetIfChanged(newest);
        ({ version } = newest);
        outcome = await this.#checkSignature(token, newest);
      }
    }
    if (outcome !== 'valid') return badSignature();
    const read = readClaims(parsed.token.payload, this.#policy);
    return read.ok ? { claims: read.claims, version } : read;
  }

  async #checkSignature(token: string, keys: KeySnapshot): Promise<SignatureOutcome> {
    try {
      await compactVerify(token, keys.findKey, { algorithms: [...ALGORITHMS] });
      return 'valid';
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown-key';
      // The keys have been tried: whatever else jose says is about the token.
      if (error instanceof errors.JOSEError) return 'invalid';
      throw error;
    }
  }
}

function badSignature(): Refusal {
  return refuseToken(
    'bad-signature',
    'Expected a token signed with a key of the configured issuer.',
  );
}

function unavailable(): Refusal {
  return refuseToken('unavailable', 'The keys of the issuer cannot be had now. Come back later.');
}
