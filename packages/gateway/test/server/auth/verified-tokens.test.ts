import { expect, it } from 'vitest';
import type { Claims } from '../../../src/server/auth/claims.ts';
import { VerifiedTokens, tokenHash } from '../../../src/server/auth/verified-tokens.ts';

const claims: Claims = { identity: { userId: 'alice' }, notBeforeMs: 0 };

it('I12 remembers up to its capacity; the one not used for longest goes', () => {
  const tokens = new VerifiedTokens(3);
  for (const key of ['a', 'b', 'c']) tokens.remember(key, claims);
  expect(tokens.find('a')).toBe(claims);
  tokens.remember('d', claims);
  expect(tokens.size).toBe(3);
  expect(tokens.find('b')).toBeUndefined();
  expect(tokens.find('a')).toBe(claims);
});

it('forgets one, or all', () => {
  const tokens = new VerifiedTokens(3);
  for (const key of ['a', 'b', 'c']) tokens.remember(key, claims);
  tokens.remove('a');
  expect(tokens.find('a')).toBeUndefined();
  tokens.clear();
  expect(tokens.size).toBe(0);
});

it('a key is a hash: the token itself is not kept', () => {
  expect(tokenHash('canary')).not.toContain('canary');
  expect(tokenHash('a')).not.toBe(tokenHash('b'));
});
