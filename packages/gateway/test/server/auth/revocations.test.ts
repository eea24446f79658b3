import { UsageError } from 'holdfast';
import { beforeEach, describe, expect, it } from 'vitest';
import { mintToken } from '../../../src/server/auth/mint.ts';
import { Revocations } from '../../../src/server/auth/revocations.ts';
import type { Verdict } from '../../../src/server/auth/verdict.ts';
import { createTokenVerifier, type TokenVerifier } from '../../../src/server/auth/verifier.ts';
import { SECRET } from './sign.ts';

const SECOND = 1_800_000_000_000;
const DAY = 86_400_000;

let nowMs: number;
let revocations: Revocations;
let verifier: TokenVerifier;

beforeEach(() => {
  nowMs = SECOND + 500;
  const clocks = { now: (): number => nowMs, monotonic: (): number => nowMs - SECOND };
  revocations = new Revocations({ ...clocks, capacity: 10 });
  verifier = createTokenVerifier({
    keys: { secret: SECRET },
    policy: { allowUnexpiring: false },
    ...clocks,
    revocations,
  });
});

function mintAt(at: number): string {
  const minted = mintToken({ secret: SECRET, userId: 'alice', nowMs: at, ttlMs: 60_000 });
  return minted.ok ? minted.token : '';
}

function isRevoked(count: number): boolean {
  return revocations.isRevoked({ userId: `user-${count}`, jti: 'j', issuedAtMs: SECOND });
}

function judge(token: string): Verdict | Promise<Verdict> {
  return verifier.verify(token);
}

describe('a user is revoked', () => {
  beforeEach(() => {
    revocations.revokeUser('alice');
  });

  it.each([
    ['an hour before', SECOND - 3_600_000, true],
    ['in the same second, in whole seconds', SECOND, true],
    ['in the same millisecond', SECOND + 500, true],
    ['by a clock that is 5 s ahead', SECOND + 5500, true],
    ['a millisecond later than that', SECOND + 5501, false],
    ['6 s later, in whole seconds', SECOND + 6000, false],
  ])('a token issued %s: %d is dead: %s', (_, issuedAtMs, isDead) => {
    expect(revocations.isRevoked({ userId: 'alice', issuedAtMs })).toBe(isDead);
  });

  it('a token that does not say when it was issued is dead', () => {
    expect(revocations.isRevoked({ userId: 'alice' })).toBe(true);
  });

  it("I8 another user's tokens live", () => {
    for (const userId of ['bob', 'alic', 'alice2', '__proto__', 'constructor']) {
      expect(revocations.isRevoked({ userId, issuedAtMs: 0 })).toBe(false);
      expect(revocations.isRevoked({ userId })).toBe(false);
    }
  });

  it('a token minted after the leeway works, one minted before does not', () => {
    nowMs += 5001;
    expect(judge(mintAt(nowMs - 1))).toMatchObject({ reason: 'revoked' });
    expect(judge(mintAt(nowMs))).toMatchObject({ ok: true });
  });

  it('a second revocation moves the instant', () => {
    nowMs += 10_000;
    revocations.revokeUser('alice');
    expect(revocations.isRevoked({ userId: 'alice', issuedAtMs: nowMs - 1 })).toBe(true);
    expect(revocations.size).toBe(1);
  });
});

it.each([0, 1000, 4999])(
  'whatever token of an issuer whose clock is ahead was accepted is revoked with its user, %d ms later',
  (laterMs) => {
    const token = mintAt(nowMs + 5000);
    expect(judge(token)).toMatchObject({ ok: true });
    nowMs += laterMs;
    revocations.revokeUser('alice');
    expect(judge(token)).toMatchObject({ reason: 'revoked' });
    nowMs += 30_000;
    expect(judge(token)).toMatchObject({ reason: 'revoked' });
  },
);

it('an earlier instant never takes the place of a later one', () => {
  revocations.revokeUser('alice', { atMs: SECOND + 20_000 });
  revocations.revokeUser('alice', { atMs: SECOND });
  revocations.revokeUser('alice');
  const issuedAt = (issuedAtMs: number): boolean =>
    revocations.isRevoked({ userId: 'alice', issuedAtMs });
  expect([issuedAt(SECOND + 25_000), issuedAt(SECOND + 25_001)]).toEqual([true, false]);
});

describe('one token is revoked', () => {
  it('and no other', () => {
    revocations.revokeToken({ userId: 'alice', jti: 'j1' });
    const issuedAtMs = SECOND;
    expect(revocations.isRevoked({ userId: 'alice', jti: 'j1', issuedAtMs })).toBe(true);
    expect(revocations.isRevoked({ userId: 'alice', jti: 'j1' })).toBe(true);
    expect(revocations.isRevoked({ userId: 'alice', jti: 'j2', issuedAtMs })).toBe(false);
    expect(revocations.isRevoked({ userId: 'alice', issuedAtMs })).toBe(false);
  });

  it('I8 not the one of another user with the same jti, however the two are written', () => {
    revocations.revokeToken({ userId: 'a', jti: 'b","c' });
    expect(revocations.isRevoked({ userId: 'a","b', jti: 'c' })).toBe(false);
    expect(revocations.isRevoked({ userId: 'z', jti: 'b","c' })).toBe(false);
  });
});

describe('I12 the list of revocations is bounded', () => {
  const kinds: readonly [string, string, (count: number) => void][] = [
    ['users', 'To void every token', (count) => revocations.revokeUser(`user-${count}`)],
    [
      'single tokens',
      'Leave out `jti`',
      (count) => revocations.revokeToken({ userId: `user-${count}`, jti: 'j' }),
    ],
  ];
  it.each(kinds)('one of %s too many is refused, with what to do: %s', (what, remedy, revoke) => {
    for (let count = 0; count < 10; count += 1) revoke(count);
    expect(() => revoke(10)).toThrow(UsageError);
    expect(() => revoke(10)).toThrow(
      `Expected at most 10 revocations of ${what} at once. Nothing was revoked. ${remedy}`,
    );
    expect(isRevoked(10)).toBe(false);
    for (let count = 0; count < 10; count += 1) expect(isRevoked(count)).toBe(true);
    revoke(5);
    expect(revocations.size).toBe(10);
  });

  it.each(kinds)('a full list of %s kills no token of anybody else (%s)', (_, _remedy, revoke) => {
    for (let count = 0; count < 10; count += 1) revoke(count);
    expect(() => revoke(10)).toThrow(UsageError);
    expect(revocations.isRevoked({ userId: 'honest' })).toBe(false);
    expect(revocations.isRevoked({ userId: 'honest', issuedAtMs: 0, jti: 'j' })).toBe(false);
  });

  it.each(kinds)(
    'a revocation of %s is over after 30 days, and makes room (%s)',
    (_, _r, revoke) => {
      for (let count = 0; count < 10; count += 1) revoke(count);
      nowMs += 30 * DAY - 1;
      expect(isRevoked(0)).toBe(true);
      nowMs += 1;
      expect(isRevoked(0)).toBe(false);
      revoke(10);
      expect(revocations.size).toBe(1);
    },
  );

  it('a token that has expired is not remembered any longer', () => {
    const endsAtMs = nowMs - SECOND + 1000;
    revocations.revokeToken({ userId: 'alice', jti: 'j', endsAtMs });
    nowMs += 999;
    revocations.removeEnded();
    expect([revocations.size, revocations.isRevoked({ userId: 'alice', jti: 'j' })]).toEqual([
      1,
      true,
    ]);
    nowMs += 1;
    revocations.removeEnded();
    expect(revocations.size).toBe(0);
  });
});
