import { beforeEach, describe, expect, it } from 'vitest';
import { mintToken } from '../../../src/server/auth/mint.ts';
import { Revocations } from '../../../src/server/auth/revocations.ts';
import { createTokenVerifier } from '../../../src/server/auth/verifier.ts';
import { SECRET } from './sign.ts';

const SECOND = 1_800_000_000_000;

let nowMs: number;
let revocations: Revocations;

beforeEach(() => {
  nowMs = SECOND + 500;
  revocations = new Revocations({ now: () => nowMs, capacity: 10 });
});

function mintAt(at: number): string {
  const minted = mintToken({ secret: SECRET, userId: 'alice', nowMs: at, ttlMs: 60_000 });
  return minted.ok ? minted.token : '';
}

describe('a user is revoked', () => {
  beforeEach(() => {
    revocations.revokeUser('alice');
  });

  it.each([
    ['an hour before', SECOND - 3_600_000, true],
    ['in the same second, in whole seconds', SECOND, true],
    ['in the same millisecond', SECOND + 500, true],
    ['a millisecond later', SECOND + 501, false],
    ['in the next second', SECOND + 1000, false],
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

  it('a token minted right after works, one minted right before does not', () => {
    const verifier = createTokenVerifier({
      keys: { secret: SECRET },
      policy: { allowUnexpiring: false },
      now: () => nowMs,
      revocations,
    });
    nowMs += 1;
    expect(verifier.verify(mintAt(nowMs - 2))).toMatchObject({ reason: 'revoked' });
    expect(verifier.verify(mintAt(nowMs))).toMatchObject({ ok: true });
  });

  it('a second revocation moves the instant', () => {
    nowMs += 10_000;
    revocations.revokeUser('alice');
    expect(revocations.isRevoked({ userId: 'alice', issuedAtMs: nowMs - 1 })).toBe(true);
    expect(revocations.size).toBe(1);
  });
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

describe('I12 the list is bounded', () => {
  it('beyond the bound the oldest users become one rule for all, and nobody revoked comes back', () => {
    for (let i = 0; i < 25; i += 1) {
      revocations.revokeUser(`user-${i}`);
      nowMs += 1000;
    }
    expect(revocations.size).toBe(10);
    for (let i = 0; i < 25; i += 1) {
      const issuedAtMs = SECOND + 499 + i * 1000;
      expect(revocations.isRevoked({ userId: `user-${i}`, issuedAtMs })).toBe(true);
    }
    const foldedAtMs = SECOND + 500 + 14_000;
    expect(revocations.isRevoked({ userId: 'honest', issuedAtMs: foldedAtMs })).toBe(true);
    expect(revocations.isRevoked({ userId: 'honest', issuedAtMs: foldedAtMs + 1 })).toBe(false);
  });

  it('tokens that have expired anyway make room first', () => {
    for (let i = 0; i < 10; i += 1) {
      revocations.revokeToken({ userId: 'alice', jti: `j${i}`, expiresAtMs: nowMs + 1000 });
    }
    nowMs += 1000;
    revocations.revokeToken({ userId: 'alice', jti: 'last' });
    expect(revocations.size).toBe(1);
    expect(revocations.isRevoked({ userId: 'honest', issuedAtMs: SECOND })).toBe(false);
  });

  it('single tokens beyond the bound stay dead too', () => {
    for (let i = 0; i < 25; i += 1) revocations.revokeToken({ userId: 'alice', jti: `j${i}` });
    expect(revocations.size).toBeLessThanOrEqual(10);
    for (let i = 0; i < 25; i += 1) {
      const token = { userId: 'alice', jti: `j${i}`, issuedAtMs: SECOND };
      expect(revocations.isRevoked(token)).toBe(true);
    }
  });
});
