import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeySet } from '../../../src/server/auth/key-set.ts';
import { EXP, failing, Issuer, makePair, type Pair, tokenBy, URL_OF_KEYS } from './issuer.ts';
import { encode, sign } from './sign.ts';

let one: Pair;
let two: Pair;
let issuer: Issuer;

beforeAll(async () => {
  one = await makePair('one');
  two = await makePair('two');
});

beforeEach(() => {
  issuer = new Issuer();
  issuer.publish(one.jwk);
});

describe('tokens signed with a public key', () => {
  it('are accepted, and the keys are fetched once for many', async () => {
    const token = await tokenBy(one);
    const reasons = await Promise.all(Array.from({ length: 50 }, () => issuer.reasonOf(token)));
    expect(new Set(reasons)).toEqual(new Set(['ok']));
    expect(await issuer.reasonOf(token)).toBe('ok');
    expect(issuer.fetched).toEqual([URL_OF_KEYS]);
  });

  it('are refused when altered, unsigned or signed by another key', async () => {
    const [header = '', , signature = ''] = (await tokenBy(one)).split('.');
    expect(
      await issuer.reasonOf(`${header}.${encode({ sub: 'root', exp: EXP })}.${signature}`),
    ).toBe('bad-signature');
    expect(await issuer.reasonOf(await tokenBy({ ...two, jwk: one.jwk }))).toBe('bad-signature');
    expect(
      await issuer.reasonOf(`${encode({ alg: 'none' })}.${encode({ sub: 'a', exp: EXP })}.`),
    ).toBe('bad-signature');
    expect(await issuer.reasonOf(undefined)).toBe('missing');
    expect(await issuer.reasonOf('x')).toBe('malformed');
    expect(issuer.faults).toEqual([]);
  });

  it('a public key is never an HMAC secret, not even one of the set', async () => {
    issuer.publish(one.jwk, {
      kty: 'oct',
      k: encode('canary-secret-0123456789-0123456789'),
      kid: 'h',
    });
    expect(await issuer.reasonOf(sign({ sub: 'a', exp: EXP }, { alg: 'HS256', kid: 'h' }))).toBe(
      'bad-signature',
    );
  });

  it('keys that a token brings along or points to are not looked at', async () => {
    const jku = 'https://evil.example/keys';
    const token = await tokenBy(two, { jku, x5u: jku, jwk: two.jwk });
    expect(await issuer.reasonOf(token)).toBe('bad-signature');
    expect(new Set(issuer.fetched)).toEqual(new Set([URL_OF_KEYS]));
  });

  it('a remembered token can be revoked', async () => {
    const token = await tokenBy(one);
    expect(await issuer.reasonOf(token)).toBe('ok');
    issuer.revocations.revokeUser('alice');
    expect(await issuer.reasonOf(token)).toBe('revoked');
  });
});

describe('the keys change', () => {
  it('a flood of unknown key ids causes no fetch while the keys are young', async () => {
    for (let i = 0; i < 200; i += 1) {
      expect(await issuer.reasonOf(await tokenBy({ ...two, jwk: { kid: `made-up-${i}` } }))).toBe(
        'bad-signature',
      );
    }
    expect(issuer.fetched).toHaveLength(1);
  });

  it('a new key is known a minute later, at its first token', async () => {
    expect(await issuer.reasonOf(await tokenBy(one))).toBe('ok');
    issuer.publish(one.jwk, two.jwk);
    issuer.monotonicMs = 59_999;
    expect(await issuer.reasonOf(await tokenBy(two))).toBe('bad-signature');
    issuer.monotonicMs = 60_000;
    expect(await issuer.reasonOf(await tokenBy(two))).toBe('ok');
    expect(issuer.fetched).toHaveLength(2);
  });

  it('a withdrawn key takes the tokens verified with it along', async () => {
    const token = await tokenBy(one);
    expect(await issuer.reasonOf(token)).toBe('ok');
    issuer.publish(two.jwk);
    issuer.monotonicMs = 60_000;
    expect(await issuer.reasonOf(await tokenBy(two))).toBe('ok');
    expect(await issuer.reasonOf(token)).toBe('bad-signature');
  });

  it('a known key is used without waiting while the keys are fetched anew', async () => {
    const token = await tokenBy(one);
    expect(await issuer.reasonOf(token)).toBe('ok');
    issuer.monotonicMs = 60_000;
    issuer.answer = () => new Promise<Response>(() => {});
    expect(await issuer.reasonOf(token)).toBe('ok');
    expect(await issuer.reasonOf(token)).toBe('ok');
    expect(issuer.fetched).toHaveLength(2);
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
  ])('I6 %s: unavailable, told once, asked again only after a pause', async (_, broken, cause) => {
    issuer.answer = broken;
    const token = await tokenBy(one);
    expect(await issuer.reasonOf(token)).toBe('unavailable');
    expect(await issuer.reasonOf(token)).toBe('unavailable');
    expect(issuer.fetched).toHaveLength(1);
    issuer.monotonicMs = 5000;
    expect(await issuer.reasonOf(token)).toBe('unavailable');
    expect(issuer.fetched).toHaveLength(2);
    expect(issuer.faults).toHaveLength(1);
    expect(issuer.faults[0]?.cause).toMatchObject(cause);
    issuer.publish(one.jwk);
    issuer.monotonicMs = 10_000;
    expect(await issuer.reasonOf(token)).toBe('ok');
    expect(issuer.recoveries).toBe(1);
  });

  it('keys once fetched serve for an hour, remembered tokens too, and no longer', async () => {
    const token = await tokenBy(one);
    expect(await issuer.reasonOf(token)).toBe('ok');
    issuer.answer = failing;
    issuer.monotonicMs = 3_599_999;
    expect(await issuer.reasonOf(token)).toBe('ok');
    issuer.monotonicMs = 3_600_000 + 5000;
    expect(await issuer.reasonOf(token)).toBe('unavailable');
  });

  it('I5 closing ends the fetch under way without a fault, and starts no other', async () => {
    let aborted: AbortSignal | null | undefined;
    const closing = new KeySet({
      url: URL_OF_KEYS,
      monotonic: () => issuer.monotonicMs,
      onFault: (error) => issuer.faults.push(error),
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
    issuer.monotonicMs = 60_000;
    expect(await closing.current()).toBeUndefined();
    expect(aborted).toBeUndefined();
    expect(issuer.faults).toEqual([]);
  });
});
