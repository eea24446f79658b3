import type { Session } from 'holdfast';
import { describe, expect, it } from 'vitest';
import type { Bearer, Verdict } from '../../src/server/auth/verdict.ts';
import { refuseToken } from '../../src/server/auth/verdict.ts';
import { createSessionHooks } from '../../src/server/session-hooks.ts';

const session = { userId: 'anna' } as Session;
const good: Bearer = { userId: 'anna', jti: 'b', endsAtMs: 5, expiresAtMs: 1_800_000_000_000 };

function refresh(verdict: Verdict | Promise<Verdict>): unknown {
  const { onRefresh } = createSessionHooks({ verifier: { verify: () => verdict }, webhooks: null });
  return onRefresh?.(session, 'token');
}

describe('a newer token', () => {
  it('replaces what was proven, and tells when it expires', async () => {
    const worth = { extra: good, expiresAt: 1_800_000_000_000 };
    expect(refresh({ ok: true, identity: good })).toEqual(worth);
    expect(await refresh(Promise.resolve({ ok: true, identity: good }))).toEqual(worth);
    const unexpiring = { userId: 'anna' };
    expect(refresh({ ok: true, identity: unexpiring })).toEqual({ extra: unexpiring });
  });

  it('I8 of another user is refused', async () => {
    const verdict: Verdict = { ok: true, identity: { ...good, userId: 'bert' } };
    expect(refresh(verdict)).toBeNull();
    expect(await refresh(Promise.resolve(verdict))).toBeNull();
  });

  it.each(['expired', 'revoked', 'bad-signature', 'malformed'] as const)(
    'that is %s is refused',
    (reason) => {
      expect(refresh(refuseToken(reason, 'no'))).toBeNull();
    },
  );

  it('I6 is no worse for keys that cannot be had: that is our failure', () => {
    expect(() => refresh(refuseToken('unavailable', 'no'))).toThrow('Expected keys');
  });
});
