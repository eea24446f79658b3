import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaimPolicy } from '../../../src/server/auth/claims.ts';
import { Revocations } from '../../../src/server/auth/revocations.ts';
import { type TokenVerifier, createTokenVerifier } from '../../../src/server/auth/verifier.ts';
import type { Verdict } from '../../../src/server/auth/verdict.ts';
import { SECRET, encode, sign } from './sign.ts';

const NOW_MS = 1_800_000_000_000;
const NOW = NOW_MS / 1000;
const GOOD = { sub: 'alice', exp: NOW + 60, iat: NOW - 60 };

/** What the monotonic clock says when the tests begin; it goes on with the time of day. */
const MONOTONIC_MS = 5000;

let nowMs: number;
let revocations: Revocations;

beforeEach(() => {
  nowMs = NOW_MS;
  revocations = new Revocations({ now: () => nowMs, monotonic });
});

function monotonic(): number {
  return nowMs - NOW_MS + MONOTONIC_MS;
}

function create(policy: Partial<ClaimPolicy> = {}, cacheEntries = 100): TokenVerifier {
  return createTokenVerifier({
    keys: { secret: SECRET },
    policy: { allowUnexpiring: false, ...policy },
    now: () => nowMs,
    monotonic,
    revocations,
    cacheEntries,
  });
}

function verify(token: string | undefined, policy: Partial<ClaimPolicy> = {}): Verdict {
  const verdict = create(policy).verify(token);
  if (verdict instanceof Promise) throw new Error('Expected the verdict at once.');
  return verdict;
}

function reasonOf(token: string | undefined, policy: Partial<ClaimPolicy> = {}): string {
  const verdict = verify(token, policy);
  return verdict.ok ? 'ok' : verdict.reason;
}

describe('a good token', () => {
  it('tells who is there, at once', () => {
    const claims = { ...GOOD, device: 'phone', max_sessions: 3, jti: 'j1', nbf: NOW - 1 };
    expect(verify(sign(claims))).toEqual({
      ok: true,
      identity: {
        userId: 'alice',
        device: 'phone',
        limit: 3,
        jti: 'j1',
        issuedAtMs: NOW_MS - 60_000,
        endsAtMs: MONOTONIC_MS + 60_000,
        expiresAtMs: (NOW + 60) * 1000,
      },
    });
  });

  it('needs no more than sub and exp', () => {
    expect(verify(sign({ sub: 'alice', exp: NOW + 60 }))).toEqual({
      ok: true,
      identity: {
        userId: 'alice',
        endsAtMs: MONOTONIC_MS + 60_000,
        expiresAtMs: (NOW + 60) * 1000,
      },
    });
  });

  it('may come from another implementation', async () => {
    const jwt = new SignJWT({ sub: 'alice', exp: NOW + 60 }).setProtectedHeader({ alg: 'HS256' });
    expect(reasonOf(await jwt.sign(new TextEncoder().encode(SECRET)))).toBe('ok');
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])('may be of type %s', (typ) => {
    expect(reasonOf(sign(GOOD, { alg: 'HS256', typ }))).toBe('ok');
  });

  it.each(['__proto__', 'constructor', 'a:b', 'a\nb', 'café', 'cafe\u0301', '🔥'.repeat(64), ' '])(
    'A11 names the user %j exactly',
    (sub) => {
      expect(verify(sign({ ...GOOD, sub }))).toMatchObject({ ok: true, identity: { userId: sub } });
    },
  );
});

describe('a token that is none', () => {
  it('may be missing', () => {
    expect(reasonOf(undefined)).toBe('missing');
    expect(reasonOf('')).toBe('missing');
  });

  it.each([
    'x',
    'a.b',
    'a.b.c.d',
    '..',
    `${sign(GOOD)}.`,
    `${sign(GOOD)}=`,
    ` ${sign(GOOD)}`,
    sign(GOOD).replace('.', '.\n'),
    sign(GOOD, 'not json'),
    sign(GOOD, []),
    sign(GOOD, null),
    sign(GOOD, {}),
    sign(GOOD, { alg: 256 }),
    sign('not json'),
    sign([]),
    sign('null'),
    sign(GOOD, { alg: 'HS256', crit: ['b64'], b64: false }),
    sign(GOOD, { alg: 'HS256', crit: [] }),
    sign(GOOD, { alg: 'HS256', typ: 'secevent+jwt' }),
    sign(GOOD, { alg: 'HS256', typ: ['JWT'] }),
    sign({ ...GOOD, filler: 'x'.repeat(8192) }),
    'x'.repeat(10_000_000),
  ])('%# is malformed', (token) => {
    expect(reasonOf(token)).toBe('malformed');
  });

  it('stray bits at the end of a part are no second spelling of it', () => {
    const [header = '', payload = '', signature = ''] = sign(GOOD).split('.');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(signature.at(-1) ?? '');
    const respelled = signature.slice(0, -1) + alphabet[last ^ 1];
    expect(Buffer.from(respelled, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    expect(reasonOf(`${header}.${payload}.${respelled}`)).toBe('malformed');
  });
});

describe('a signature', () => {
  it('by another secret, over something else, or of another length is bad', () => {
    const [header = '', payload = '', signature = ''] = sign(GOOD).split('.');
    const other = encode({ ...GOOD, sub: 'mallory' });
    expect(reasonOf(`${header}.${other}.${signature}`)).toBe('bad-signature');
    expect(reasonOf(`${header}.${payload}.${signature.slice(0, 40)}`)).toBe('bad-signature');
    expect(reasonOf(`${header}.${payload}.`)).toBe('bad-signature');
  });

  it.each(['none', 'None', 'hs256', 'HS512', 'RS256', ''])('says %j and is not accepted', (alg) => {
    expect(reasonOf(sign(GOOD, { alg }))).toBe('bad-signature');
    expect(reasonOf(`${encode({ alg })}.${encode(GOOD)}.`)).toBe('bad-signature');
  });

  it('is judged before any claim is', () => {
    const forged = `${encode({ alg: 'HS256' })}.${encode({ sub: '', exp: 'x' })}.AAAA`;
    expect(reasonOf(forged)).toBe('bad-signature');
  });
});

describe('claims', () => {
  it.each([
    [{ sub: undefined }],
    [{ sub: '' }],
    [{ sub: 7 }],
    [{ sub: 'x'.repeat(257) }],
    [{ sub: 'ö'.repeat(129) }],
    [{ sub: 'x'.repeat(6000) }],
    [{ exp: undefined }],
    [{ exp: null }],
    [{ exp: String(NOW + 60) }],
    [{ exp: -1 }],
    [{ exp: NOW_MS }],
    [{ nbf: 'soon' }],
    [{ iat: {} }],
    [{ max_sessions: 0 }],
    [{ max_sessions: 1001 }],
    [{ max_sessions: 2.5 }],
    [{ max_sessions: '3' }],
    [{ max_sessions: null }],
    [{ device: '' }],
    [{ device: 'x'.repeat(129) }],
    [{ device: 7 }],
    [{ jti: 'x'.repeat(129) }],
    [{ jti: [] }],
  ])('A11 %j is a bad claim', (claims) => {
    expect(reasonOf(sign({ ...GOOD, ...claims }))).toBe('bad-claim');
  });

  it('an id with a lone surrogate is a bad claim', () => {
    expect(reasonOf(sign('{"sub":"a\\ud800","exp":4000000000}'))).toBe('bad-claim');
  });

  it('a time beyond all numbers is a bad claim', () => {
    expect(reasonOf(sign('{"sub":"a","exp":1e999}'))).toBe('bad-claim');
  });

  it('G13 __proto__ in a payload claims nothing', () => {
    expect(reasonOf(sign('{"__proto__":{"sub":"root","exp":4000000000}}'))).toBe('bad-claim');
  });

  it('a token without exp is accepted only where that is allowed', () => {
    expect(reasonOf(sign({ sub: 'alice' }), { allowUnexpiring: true })).toBe('ok');
    expect(reasonOf(sign({ sub: 'alice', exp: NOW - 1 }), { allowUnexpiring: true })).toBe(
      'expired',
    );
  });

  it.each([
    [undefined, 'wrong-issuer'],
    ['https://other', 'wrong-issuer'],
    [['https://issuer'], 'wrong-issuer'],
    ['https://issuer', 'ok'],
  ])('issuer %j is %s', (iss, reason) => {
    expect(reasonOf(sign({ ...GOOD, iss }), { issuer: 'https://issuer' })).toBe(reason);
  });

  it.each([
    [undefined, 'wrong-audience'],
    ['other', 'wrong-audience'],
    [['other'], 'wrong-audience'],
    [{ gateway: 1 }, 'wrong-audience'],
    ['gateway', 'ok'],
    [['other', 'gateway'], 'ok'],
  ])('audience %j is %s', (aud, reason) => {
    expect(reasonOf(sign({ ...GOOD, aud }), { audience: 'gateway' })).toBe(reason);
  });

  it('issuer and audience do not matter where none is configured', () => {
    expect(reasonOf(sign({ ...GOOD, iss: 'x', aud: 'y' }))).toBe('ok');
  });
});

describe('time', () => {
  it('a token is dead at its expiry, to the millisecond, also when remembered', () => {
    const verifier = create();
    const token = sign(GOOD);
    nowMs = NOW_MS + 59_999;
    expect(verifier.verify(token)).toMatchObject({ ok: true });
    expect(verifier.verify(token)).toMatchObject({ ok: true });
    nowMs = NOW_MS + 60_000;
    expect(verifier.verify(token)).toMatchObject({ reason: 'expired' });
    expect(verifier.verify(token)).toMatchObject({ reason: 'expired' });
  });

  it.each([
    [{ nbf: NOW + 5 }, 'ok'],
    [{ nbf: NOW + 6 }, 'not-yet-valid'],
    [{ iat: NOW + 5 }, 'ok'],
    [{ iat: NOW + 6 }, 'not-yet-valid'],
  ])('the clock of the issuer may be 5 s ahead: %j is %s', (claims, reason) => {
    expect(reasonOf(sign({ ...GOOD, ...claims }))).toBe(reason);
  });

  it('a token that is not valid yet becomes valid', () => {
    const verifier = create();
    const token = sign({ ...GOOD, nbf: NOW + 10 });
    expect(verifier.verify(token)).toMatchObject({ reason: 'not-yet-valid' });
    nowMs += 10_000;
    expect(verifier.verify(token)).toMatchObject({ ok: true });
  });

  it('a remembered token is dead as soon as it is revoked', () => {
    const verifier = create();
    const token = sign(GOOD);
    expect(verifier.verify(token)).toMatchObject({ ok: true });
    revocations.revokeUser('alice');
    expect(verifier.verify(token)).toMatchObject({ reason: 'revoked' });
  });
});

it('G11 no refusal repeats anything of the token', () => {
  const tokens = [
    'canary',
    sign('canary'),
    sign(GOOD, { alg: 'canary' }),
    sign(GOOD, { alg: 'HS256', typ: 'canary' }),
    sign({ sub: 'canary', exp: 'canary' }),
    sign({ sub: 'canary', exp: NOW - 1 }),
    sign({ sub: 'canary', exp: NOW + 9, nbf: NOW + 8 }),
    sign({ sub: 'canary', exp: NOW + 9, device: 'canary'.repeat(50) }),
    sign({ sub: 'canary', exp: NOW + 9, iss: 'canary' }),
  ];
  for (const token of tokens) {
    const verdict = verify(token, { issuer: 'x' });
    expect(verdict.ok).toBe(false);
    expect(JSON.stringify(verdict)).not.toContain('canary');
  }
});
