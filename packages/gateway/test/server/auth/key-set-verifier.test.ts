import { type CryptoKey, type JWK, SignJWT, exportJWK, generateKeyPair } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeySet } from '../../../src/server/auth/key-set.ts';
import { Revocations } from '../../../src/server/auth/revocations.ts';
import { type TokenVerifier, createTokenVerifier } from '../../../src/server/auth/verifier.ts';
import { encode, sign } from './sign.ts';

const NOW_MS = 1_800_000_000_000;
const EXP = NOW_MS / 1000 + 86_400;
const URL_OF_KEYS = 'https://issuer.example/keys';

interface Pair {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

let one: Pair;
let two: Pair;

async function makePair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

beforeAll(async () => {
  one = await makePair('one');
  two = await makePair('two');
});

let monotonicMs: number;
let fetched: string[];
let faults: Error[];
let recoveries: number;
let answer: () => Response | Promise<Response>;
let revocations: Revocations;
let keySet: KeySet;
let verifier: TokenVerifier;

function publish(...keys: unknown[]): void {
  answer = () => Response.json({ keys });
}

beforeEach(() => {
  monotonicMs = 0;
  fetched = [];
  faults = [];
  recoveries = 0;
  publish(one.jwk);
  revocations = new Revocations({ now: () => NOW_MS });
  keySet = new KeySet({
    url: URL_OF_KEYS,
    monotonic: () => monotonicMs,
    onFault: (error) => faults.push(error),
    onRecovered: () => {
      recoveries += 1;
    },
    fetch: async (input) => {
      fetched.push(input instanceof Request ? input.url : input.toString());
      return await answer();
    },
  });
  verifier = createTokenVerifier({
    keys: { keySet },
    policy: { allowUnexpiring: false },
    now: () => NOW_MS,
    revocations,
  });
});

function tokenBy({ privateKey, jwk }: Pair, header: object = {}): Promise<string> {
  return new SignJWT({ sub: 'alice', exp: EXP, iat: NOW_MS / 1000 })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid ?? '', ...header })
    .sign(privateKey);
}

async function reasonOf(token: string | undefined): Promise<string> {
  const verdict = await verifier.verify(token);
  return verdict.ok ? 'ok' : verdict.reason;
}

describe('tokens signed with a public key', () => {
  it('are accepted, and the keys are fetched once for many', async () => {
    const token = await tokenBy(one);
    const reasons = await Promise.all(Array.from({ length: 50 }, () => reasonOf(token)));
    expect(new Set(reasons)).toEqual(new Set(['ok']));
    expect(await reasonOf(token)).toBe('ok');
    expect(fetched).toEqual([URL_OF_KEYS]);
  });

  it('are refused when altered, unsigned or signed by another key', async () => {
    const [header = '', , signature = ''] = (await tokenBy(one)).split('.');
    expect(await reasonOf(`${header}.${encode({ sub: 'root', exp: EXP })}.${signature}`)).toBe(
      'bad-signature',
    );
    expect(await reasonOf(await tokenBy({ ...two, jwk: one.jwk }))).toBe('bad-signature');
    expect(await reasonOf(`${encode({ alg: 'none' })}.${encode({ sub: 'a', exp: EXP })}.`)).toBe(
      'bad-signature',
    );
    expect(await reasonOf(undefined)).toBe('missing');
    expect(await reasonOf('x')).toBe('malformed');
    expect(faults).toEqual([]);
  });

  it('a public key is never an HMAC secret, not even one of the set', async () => {
    publish(one.jwk, { kty: 'oct', k: encode('canary-secret-0123456789-0123456789'), kid: 'h' });
    expect(await reasonOf(sign({ sub: 'a', exp: EXP }, { alg: 'HS256', kid: 'h' }))).toBe(
      'bad-signature',
    );
  });

  it('keys that a token brings along or points to are not looked at', async () => {
    const jku = 'https://evil.example/keys';
    const token = await tokenBy(two, { jku, x5u: jku, jwk: two.jwk });
    expect(await reasonOf(token)).toBe('bad-signature');
    expect(new Set(fetched)).toEqual(new Set([URL_OF_KEYS]));
  });

  it('a remembered token can be revoked', async () => {
    const token = await tokenBy(one);
    expect(await reasonOf(token)).toBe('ok');
    revocations.revokeUser('alice');
    expect(await reasonOf(token)).toBe('revoked');
  });
});

describe('the keys change', () => {
  it('a flood of unknown key ids causes no fetch while the keys are young', async () => {
    for (let i = 0; i < 200; i += 1) {
      expect(await reasonOf(await tokenBy({ ...two, jwk: { kid: `made-up-${i}` } }))).toBe(
        'bad-signature',
      );
    }
    expect(fetched).toHaveLength(1);
  });

  it('a new key is known a minute later, at its first token', async () => {
    expect(await reasonOf(await tokenBy(one))).toBe('ok');
    publish(one.jwk, two.jwk);
    monotonicMs = 59_999;
    expect(await reasonOf(await tokenBy(two))).toBe('bad-signature');
    monotonicMs = 60_000;
    expect(await reasonOf(await tokenBy(two))).toBe('ok');
    expect(fetched).toHaveLength(2);
  });

  it('a withdrawn key takes the tokens verified with it along', async () => {
    const token = await tokenBy(one);
    expect(await reasonOf(token)).toBe('ok');
    publish(two.jwk);
    monotonicMs = 60_000;
    expect(await reasonOf(await tokenBy(two))).toBe('ok');
    expect(await reasonOf(token)).toBe('bad-signature');
  });

  it('a known key is used without waiting while the keys are fetched anew', async () => {
    const token = await tokenBy(one);
    expect(await reasonOf(token)).toBe('ok');
    monotonicMs = 60_000;
    answer = () => new Promise<Response>(() => {});
    expect(await reasonOf(token)).toBe('ok');
    expect(await reasonOf(token)).toBe('ok');
    expect(fetched).toHaveLength(2);
  });
});

describe('the keys cannot be had', () => {
  it.each([
    ['refused', () => Promise.reject(new Error('ECONNREFUSED')), { message: 'ECONNREFUSED' }],
    [
      'status 500',
      () => new Response('x', { status: 500 }),
      { message: 'Expected status 200, got 500.' },
    ],
    ['no JSON', () => new Response('<html>'), { name: 'SyntaxError' }],
    ['no key set', () => Response.json({ keys: 'x' }), { name: 'JWKSInvalid' }],
    [
      'too large',
      () => new Response(new Uint8Array(1_048_577)),
      { message: 'Expected at most 1 MB.' },
    ],
  ])('I6 %s: unavailable, told once, asked again only after a pause', async (_, failing, cause) => {
    answer = failing;
    const token = await tokenBy(one);
    expect(await reasonOf(token)).toBe('unavailable');
    expect(await reasonOf(token)).toBe('unavailable');
    expect(fetched).toHaveLength(1);
    monotonicMs = 5000;
    expect(await reasonOf(token)).toBe('unavailable');
    expect(fetched).toHaveLength(2);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.cause).toMatchObject(cause);
    publish(one.jwk);
    monotonicMs = 10_000;
    expect(await reasonOf(token)).toBe('ok');
    expect(recoveries).toBe(1);
  });

  it('keys once fetched serve for an hour, remembered tokens too, and no longer', async () => {
    const token = await tokenBy(one);
    expect(await reasonOf(token)).toBe('ok');
    answer = () => new Response('', { status: 503 });
    monotonicMs = 3_599_999;
    expect(await reasonOf(token)).toBe('ok');
    monotonicMs = 3_600_000 + 5000;
    expect(await reasonOf(token)).toBe('unavailable');
  });

  it('I6 a key that cannot be used is unavailable, and told once', async () => {
    publish({ ...one.jwk, x: 'AAAA' });
    const token = await tokenBy(one);
    expect(await reasonOf(token)).toBe('unavailable');
    expect(await reasonOf(token)).toBe('unavailable');
    expect(faults).toHaveLength(1);
  });

  it('I5 closing ends the fetch under way without a fault, and starts no other', async () => {
    let aborted: AbortSignal | null | undefined;
    const closing = new KeySet({
      url: URL_OF_KEYS,
      monotonic: () => monotonicMs,
      onFault: (error) => faults.push(error),
      onRecovered: () => {},
      fetch: (_, init) => {
        aborted = init?.signal;
        return new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        });
      },
    });
    const keys = closing.current();
    closing.close();
    expect(await keys).toBeUndefined();
    expect(aborted?.aborted).toBe(true);
    aborted = undefined;
    monotonicMs = 60_000;
    expect(await closing.current()).toBeUndefined();
    expect(aborted).toBeUndefined();
    expect(faults).toEqual([]);
  });
});
