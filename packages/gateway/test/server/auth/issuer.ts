import { type CryptoKey, type JWK, SignJWT, exportJWK, generateKeyPair } from 'jose';
import { KeySet } from '../../../src/server/auth/key-set.ts';
import { Revocations } from '../../../src/server/auth/revocations.ts';
import { type TokenVerifier, createTokenVerifier } from '../../../src/server/auth/verifier.ts';

/** The time of day in these tests, ms. */
const NOW_MS = 1_800_000_000_000;
/** When the tokens of these tests expire, in seconds. */
export const EXP: number = NOW_MS / 1000 + 86_400;
/** Where the keys are fetched from. */
export const URL_OF_KEYS = 'https://issuer.example/keys';

/** A key pair, its public half as it is published. */
export interface Pair {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** A pair of keys under this name. */
export async function makePair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

/** A token of alice signed with this pair. */
export function tokenBy({ privateKey, jwk }: Pair, header: object = {}): Promise<string> {
  return new SignJWT({ sub: 'alice', exp: EXP, iat: NOW_MS / 1000 })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid ?? '', ...header })
    .sign(privateKey);
}

/** What an issuer answers while it is out of order. */
export function failing(): Response {
  return new Response('', { status: 503 });
}

/** An issuer that publishes keys, and a gateway's view of it. */
export class Issuer {
  monotonicMs = 0;
  /** The addresses that were fetched, in order. */
  readonly fetched: string[] = [];
  readonly faults: Error[] = [];
  recoveries = 0;
  answer: () => Response | Promise<Response> = failing;
  readonly revocations: Revocations;
  readonly keySet: KeySet;
  readonly #verifier: TokenVerifier;

  constructor() {
    const monotonic = (): number => this.monotonicMs;
    this.revocations = new Revocations({ now: () => NOW_MS, monotonic });
    this.keySet = new KeySet({
      url: URL_OF_KEYS,
      monotonic,
      onFault: (error) => this.faults.push(error),
      onRecovered: () => {
        this.recoveries += 1;
      },
      fetch: async (input) => {
        this.fetched.push(input instanceof Request ? input.url : input.toString());
        return await this.answer();
      },
    });
    this.#verifier = createTokenVerifier({
      keys: { keySet: this.keySet },
      policy: { allowUnexpiring: false },
      now: () => NOW_MS,
      monotonic,
      revocations: this.revocations,
    });
  }

  /** These are the keys from now on. */
  publish(...keys: unknown[]): void {
    this.answer = () => Response.json({ keys });
  }

  /** Why this token is refused, or `ok`. */
  async reasonOf(token: string | undefined): Promise<string> {
    const verdict = await this.#verifier.verify(token);
    return verdict.ok ? 'ok' : verdict.reason;
  }
}
