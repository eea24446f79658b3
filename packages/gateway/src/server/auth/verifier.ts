import type { ClaimPolicy } from './claims.ts';
import { HmacVerifier } from './hmac-verifier.ts';
import type { Judge } from './judge.ts';
import type { KeySet } from './key-set.ts';
import { KeySetVerifier } from './key-set-verifier.ts';
import type { Verdict } from './verdict.ts';

/** Tells who the bearer of a token is. */
export interface TokenVerifier {
  /**
   * Judges a token as it stands now. Throws or rejects for no token, only where the gateway itself
   * fails. With a secret the answer is there at once, with a key set it is a promise.
   */
  verify(token: string | undefined): Verdict | Promise<Verdict>;
}

/** What a verifier is made from. */
export interface VerifierOptions extends Judge {
  /** The HS256 secret, or the issuer's public keys. */
  readonly keys: { readonly secret: string } | { readonly keySet: KeySet };
  readonly policy: ClaimPolicy;
  /** Most verified tokens kept in memory. */
  readonly cacheEntries?: number;
}

/** Makes the verifier that fits the keys. */
export function createTokenVerifier(options: VerifierOptions): TokenVerifier {
  const { keys, policy, now, monotonic, revocations, cacheEntries = 10_000 } = options;
  const shared = { policy, cacheEntries, judge: { now, monotonic, revocations } };
  return 'secret' in keys
    ? new HmacVerifier({ ...shared, secret: keys.secret })
    : new KeySetVerifier({ ...shared, keySet: keys.keySet });
}
