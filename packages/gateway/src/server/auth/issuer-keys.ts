import {
  compactVerify,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type LocalJWKSet,
} from 'jose';

/** Signatures by public key only: a public key must never serve as an HMAC secret. */
export const ALGORITHMS: readonly string[] =
  'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/** The keys of an issuer that tokens may be checked with. */
export interface IssuerKeys {
  /** Finds the usable key that a token's header names; jose's errors say why there is none. */
  readonly findKey: LocalJWKSet;
  /** Why keys that are meant for our algorithms are left out; undefined when none is. */
  readonly complaint: Error | undefined;
}

/**
 * Reads a JSON Web Key Set. Each key is tried with every algorithm it is meant for, so that a key
 * that cannot be used (too short, off its curve, private) is known now and not found by a token.
 * Keys for other purposes are left out without a word (RFC 7517, section 5).
 *
 * @throws the errors of `JSON.parse`, and jose's `JWKSInvalid` for what is no key set
 */
export async function readIssuerKeys(text: string): Promise<IssuerKeys> {
  const { keys } = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet).jwks();
  const usable: JSONWebKeySet['keys'] = [];
  const unusable: Error[] = [];
  for (const key of keys) {
    const { isMeant, error } = await tryKey(createLocalJWKSet({ keys: [key] }));
    if (error !== undefined) unusable.push(error);
    else if (isMeant) usable.push(key);
  }
  return {
    findKey: createLocalJWKSet({ keys: usable }),
    complaint: complain(unusable, keys.length),
  };
}

interface Trial {
  /** True when the key is meant for one of our algorithms. */
  readonly isMeant: boolean;
  readonly error?: Error;
}

/** A usable key finds a made-up signature wrong, and nothing else. */
async function tryKey(findKey: LocalJWKSet): Promise<Trial> {
  let isMeant = false;
  for (const alg of ALGORITHMS) {
    const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
    try {
      await compactVerify(`${header}..AA`, findKey);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) continue;
      isMeant = true;
      if (error instanceof errors.JWSSignatureVerificationFailed) continue;
      return { isMeant, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
  return { isMeant };
}

function complain(unusable: readonly Error[], all: number): Error | undefined {
  const [first] = unusable;
  if (first === undefined) return undefined;
  const message = `Expected every key at \`--jwks-url\` to be usable, got ${unusable.length} of ${all} that cannot be used: ${first.message}`;
  return new Error(message, { cause: first });
}
