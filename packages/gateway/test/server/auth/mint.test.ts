import { jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { mintToken } from '../../../src/server/auth/mint.ts';
import { SECRET } from './sign.ts';

const nowMs = 1_800_000_000_123;
const basic = { secret: SECRET, userId: 'alice', nowMs, ttlMs: 3_600_000 };

it('a minted token is one that other implementations accept too', async () => {
  const minted = mintToken({
    ...basic,
    maxSessions: 3,
    device: 'phone',
    jti: 'j1',
    issuer: 'https://issuer',
    audience: 'gateway',
  });
  if (!minted.ok) throw new Error(minted.detail);
  expect(minted.expiresAtMs).toBe(nowMs + 3_600_000);
  const { payload } = await jwtVerify(minted.token, new TextEncoder().encode(SECRET), {
    algorithms: ['HS256'],
    issuer: 'https://issuer',
    audience: 'gateway',
    currentDate: new Date(nowMs + 1000),
  });
  expect(payload).toEqual({
    sub: 'alice',
    iat: nowMs / 1000,
    exp: nowMs / 1000 + 3600,
    max_sessions: 3,
    device: 'phone',
    jti: 'j1',
    iss: 'https://issuer',
    aud: 'gateway',
  });
});

it.each([
  [{ userId: '' }],
  [{ userId: 'x'.repeat(257) }],
  [{ userId: 'a\ud800' }],
  [{ maxSessions: 0 }],
  [{ maxSessions: 1001 }],
  [{ device: '' }],
  [{ ttlMs: Number.POSITIVE_INFINITY }],
])('A11 what the gateway would refuse is not minted: %j', (options) => {
  expect(mintToken({ ...basic, ...options })).toMatchObject({ ok: false });
});
