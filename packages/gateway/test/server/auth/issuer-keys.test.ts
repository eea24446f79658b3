import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EXP, failing, Issuer, makePair, type Pair, tokenBy } from './issuer.ts';
import { encode } from './sign.ts';

let one: Pair;
let two: Pair;
/** RSA with 1024 bits: a public key, and too short to be used. */
let weak: JWK;
let issuer: Issuer;

beforeAll(async () => {
  one = await makePair('one');
  two = await makePair('two');
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  weak = { ...publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256', use: 'sig' } as JWK;
});

beforeEach(() => {
  issuer = new Issuer();
});

/** A token with this header that nobody signed. */
function forged(header: object): string {
  return `${encode(header)}.${encode({ sub: 'root', exp: EXP })}.${encode('x'.repeat(96))}`;
}

describe('I6 a key of the set that cannot be used', () => {
  it('is told when the keys are fetched, and over with the next set without it', async () => {
    issuer.publish(one.jwk, weak);
    expect(await issuer.reasonOf(await tokenBy(one))).toBe('ok');
    expect(issuer.faults.map(({ message }) => message)).toEqual([
      'Expected every key at `--jwks-url` to be usable, got 1 of 2 that cannot be used: RS256 requires key modulusLength to be 2048 bits or larger',
    ]);
    issuer.publish(one.jwk);
    issuer.monotonicMs = 60_000;
    await issuer.keySet.newest();
    expect([issuer.faults.length, issuer.recoveries]).toEqual([1, 1]);
    expect(await issuer.reasonOf(await tokenBy(one))).toBe('ok');
  });

  it('is named by a token that nobody signed: refused as bad, and nothing is told by it', async () => {
    issuer.publish(one.jwk, weak);
    await issuer.keySet.current();
    const tellings = issuer.faults.length;
    for (let count = 0; count < 20; count += 1) {
      expect(await issuer.reasonOf(forged({ alg: 'RS256', kid: 'weak' }))).toBe('bad-signature');
    }
    issuer.publish(one.jwk);
    issuer.monotonicMs = 60_000;
    await issuer.keySet.newest();
    for (const header of [{ alg: 'RS256', kid: 'weak' }, { alg: 'PS512' }, { alg: 'ES256' }]) {
      expect(await issuer.reasonOf(forged(header))).toBe('bad-signature');
    }
    expect([issuer.faults.length, issuer.recoveries]).toEqual([tellings, 1]);
  });

  it.each([
    ['off its curve', (): unknown => ({ ...one.jwk, x: 'AAAA' })],
    ['short, and of no algorithm', (): unknown => ({ ...weak, alg: undefined })],
    ['private', async (): Promise<unknown> => await privateJwk()],
  ])('%s: its tokens are bad, the others of the set serve', async (_, makeKey) => {
    issuer.publish({ ...((await makeKey()) as object), kid: 'bad' }, two.jwk);
    expect(await issuer.reasonOf(forged({ alg: 'ES256', kid: 'bad' }))).toBe('bad-signature');
    expect(await issuer.reasonOf(forged({ alg: 'RS512', kid: 'bad' }))).toBe('bad-signature');
    expect(await issuer.reasonOf(await tokenBy(two))).toBe('ok');
    expect(issuer.faults).toHaveLength(1);
  });

  it('and a fetch that fails are one fault at a time, each told when it begins', async () => {
    issuer.publish(one.jwk, weak);
    await issuer.keySet.current();
    for (const [at, next] of [failing, failing, issuer.answer, issuer.answer].entries()) {
      issuer.answer = next;
      issuer.monotonicMs += 60_000;
      await issuer.keySet.newest();
      expect(issuer.faults).toHaveLength(at < 2 ? 2 : 3);
    }
    expect(issuer.recoveries).toBe(0);
    issuer.publish(one.jwk);
    issuer.monotonicMs += 60_000;
    await issuer.keySet.newest();
    expect([issuer.faults.length, issuer.recoveries]).toEqual([3, 1]);
  });

  it('is none of those that are for something else', async () => {
    issuer.publish(
      one.jwk,
      { ...weak, use: 'enc', alg: 'RSA-OAEP' },
      { kty: 'oct', k: 'AAAA', kid: 'h' },
      { kty: 'of the future', kid: 'f' },
    );
    expect(await issuer.reasonOf(await tokenBy(one))).toBe('ok');
    expect(issuer.faults).toEqual([]);
  });
});

async function privateJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return await exportJWK(privateKey);
}
