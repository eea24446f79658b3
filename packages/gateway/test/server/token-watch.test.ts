import { SessionLayer } from 'holdfast';
import { FakeSocket, ManualClock } from 'holdfast/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Revocations } from '../../src/server/auth/revocations.ts';
import type { Bearer } from '../../src/server/auth/verdict.ts';
import { createTokenVerifier } from '../../src/server/auth/verifier.ts';
import { createWallClock } from '../../src/server/auth/wall-clock.ts';
import { TokenWatch } from '../../src/server/token-watch.ts';
import { SECRET, sign } from './auth/sign.ts';

const startMs = 1_000_000;
const HOUR = 3_600_000;
let clock: ManualClock;
let layer: SessionLayer;
let revocations: Revocations;
let watch: TokenWatch;
/** The time of day, and the time that never goes back; each test moves them by itself. */
let wallMs: number;
let monotonicMs: number;

beforeEach(() => {
  wallMs = startMs;
  monotonicMs = 0;
  clock = new ManualClock();
  layer = new SessionLayer({}, { clock });
  const monotonic = (): number => monotonicMs;
  revocations = new Revocations({ now: () => wallMs, monotonic });
  watch = new TokenWatch({ layer, revocations, monotonic });
  layer.subscribe(watch.hear);
});

function open(bearer: Bearer): FakeSocket {
  const socket = new FakeSocket(clock);
  layer.open({ userId: bearer.userId, socket, extra: bearer });
  return socket;
}

function openByToken(lifeMs: number): FakeSocket {
  const wallClock = createWallClock({ wall: () => wallMs, monotonic: () => monotonicMs });
  const verifier = createTokenVerifier({
    keys: { secret: SECRET },
    policy: { allowUnexpiring: false },
    now: wallClock.now,
    monotonic: () => monotonicMs,
    revocations,
  });
  const verdict = verifier.verify(sign({ sub: 'u', exp: (wallMs + lifeMs) / 1000 }));
  if (verdict instanceof Promise || !verdict.ok) throw new Error('Expected a good token.');
  return open(verdict.identity);
}

function wordOf(socket: FakeSocket): string {
  return socket.closes.map(({ code, reason }) => `${code} ${reason}`).join();
}

describe('revoking', () => {
  it('ends the sessions of all tokens issued up to now, and no others', () => {
    const old = open({ userId: 'u', issuedAtMs: startMs - 5000 });
    const newer = open({ userId: 'u', issuedAtMs: startMs + 5001 });
    const other = open({ userId: 'v', issuedAtMs: startMs - 5000 });
    expect(watch.revoke({ userId: 'u' })).toHaveLength(1);
    expect(wordOf(old)).toBe('4401 {"r":"revoked"}');
    expect([wordOf(newer), wordOf(other)]).toEqual(['', '']);
    expect(watch.revoke({ userId: 'u', jti: 'x' })).toEqual([]);
  });

  it('of one token ends its sessions only', () => {
    const a = open({ userId: 'u', jti: 'a', issuedAtMs: 1 });
    const again = open({ userId: 'u', jti: 'a', issuedAtMs: 1 });
    const b = open({ userId: 'u', jti: 'b', issuedAtMs: 1 });
    expect(watch.revoke({ userId: 'u', jti: 'a', note: 'stolen' })).toHaveLength(2);
    expect([wordOf(a), wordOf(again), wordOf(b)]).toEqual([
      '4401 {"r":"revoked"}',
      '4401 {"r":"revoked"}',
      '',
    ]);
  });

  it('reaches the sessions of tokens that a clock 5 s ahead has dated after it', () => {
    const ahead = open({ userId: 'u', issuedAtMs: startMs + 5000 });
    expect(watch.revoke({ userId: 'u' })).toHaveLength(1);
    expect(wordOf(ahead)).toBe('4401 {"r":"revoked"}');
  });

  it('I12 of one token is remembered until the last session with it says that it expires', () => {
    open({ userId: 'u', jti: 'a', endsAtMs: 1000 });
    open({ userId: 'u', jti: 'a', endsAtMs: 2000 });
    open({ userId: 'u', jti: 'b', endsAtMs: 9000 });
    watch.revoke({ userId: 'u', jti: 'a' });
    watch.revoke({ userId: 'u', jti: 'unseen' });
    monotonicMs = 1999;
    revocations.removeEnded();
    expect(revocations.size).toBe(2);
    monotonicMs = 2000;
    revocations.removeEnded();
    expect(revocations.size).toBe(1);
  });

  it('I12 of a token that never expires ends at the bound too', () => {
    open({ userId: 'u', jti: 'a', endsAtMs: 1000 });
    open({ userId: 'u', jti: 'a' });
    watch.revoke({ userId: 'u', jti: 'a' });
    monotonicMs = 30 * 24 * HOUR - 1;
    expect(revocations.isRevoked({ userId: 'u', jti: 'a' })).toBe(true);
    monotonicMs += 1;
    expect(revocations.isRevoked({ userId: 'u', jti: 'a' })).toBe(false);
  });

  it('reaches a newcomer who was still waiting for a slot', () => {
    layer.setLimit('u', 1);
    const frozen = open({ userId: 'u', jti: 'a', issuedAtMs: 1 });
    frozen.isFrozen = true;
    clock.advance(1500);
    const newcomer = open({ userId: 'u', jti: 'b', issuedAtMs: 1 });
    expect(layer.waiting('u')).toBe(1);
    watch.revoke({ userId: 'u', jti: 'b' });
    clock.advance(2000);
    expect(wordOf(newcomer)).toBe('4401 {"r":"revoked"}');
    expect(layer.count('u')).toBe(0);
  });
});

describe('B10 a token that expires', () => {
  it('takes its sessions along, within a look, and no others', () => {
    const short = open({ userId: 'u', endsAtMs: 1000 });
    const long = open({ userId: 'u', endsAtMs: 5000 });
    const never = open({ userId: 'u' });
    watch.endExpired();
    monotonicMs += 1000;
    watch.endExpired();
    expect(wordOf(short)).toBe('4401 {"r":"token-expired"}');
    expect(wordOf(long)).toBe('');
    monotonicMs += 4000;
    watch.endExpired();
    expect(wordOf(long)).toBe('4401 {"r":"token-expired"}');
    expect(wordOf(never)).toBe('');
  });

  it('is looked for only when one may have expired', () => {
    open({ userId: 'u', endsAtMs: 1000 });
    let looks = 0;
    const sessions = layer.sessions.bind(layer);
    layer.sessions = () => {
      looks += 1;
      return sessions();
    };
    for (let count = 0; count < 10; count += 1) watch.endExpired();
    expect(looks).toBe(0);
    monotonicMs += 1000;
    watch.endExpired();
    watch.endExpired();
    expect(looks).toBe(1);
  });
});

describe('I11 the clock of the machine is set', () => {
  it.each([
    ['an hour forward', HOUR],
    ['an hour back', -HOUR],
    ['a year forward', 365 * 24 * HOUR],
  ])('%s: a session ends when its token has lasted as long as it was good for', (_, stepMs) => {
    const socket = openByToken(50 * 60_000);
    wallMs += stepMs;
    watch.endExpired();
    expect(wordOf(socket)).toBe('');
    monotonicMs += 50 * 60_000 - 1;
    watch.endExpired();
    expect(wordOf(socket)).toBe('');
    monotonicMs += 1;
    watch.endExpired();
    expect(wordOf(socket)).toBe('4401 {"r":"token-expired"}');
  });
});
