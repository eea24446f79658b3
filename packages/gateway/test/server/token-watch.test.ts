import { SessionLayer } from 'holdfast';
import { FakeSocket, ManualClock } from 'holdfast/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Revocations } from '../../src/server/auth/revocations.ts';
import type { Bearer } from '../../src/server/auth/verdict.ts';
import { createTokenVerifier } from '../../src/server/auth/verifier.ts';
import { createWallClock } from '../../src/server/auth/wall-clock.ts';
import { isInForce, TokenWatch } from '../../src/server/token-watch.ts';
import { SECRET, sign } from './auth/sign.ts';

const startMs = 1_000_000;
const HOUR = 3_600_000;
let clock: ManualClock;
let layer: SessionLayer;
let revocations: Revocations;
let watch: TokenWatch;
/** What the tokens are worth that are brought next. */
let upcoming: Bearer[];
/** The time of day, and the time that never goes back; each test moves them by itself. */
let wallMs: number;
let monotonicMs: number;

beforeEach(() => {
  wallMs = startMs;
  monotonicMs = 0;
  clock = new ManualClock();
  upcoming = [];
  const onRefresh = (): { extra: Bearer | undefined } => ({ extra: upcoming.shift() });
  layer = new SessionLayer({}, { clock, hooks: { onRefresh } });
  revocations = new Revocations({ now: () => wallMs, monotonic });
  watch = new TokenWatch({
    ...{ layer, revocations, monotonic, wallNow: () => wallMs },
    afterPoll: (callback) => clock.afterPoll(callback),
    onFailed: (error) => expect.fail(String(error)),
    turnAwayWaiting: (userId, isMeant) => layer.turnAwayWaiting(userId, isMeant),
  });
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
    expect(wordOf(newcomer)).toBe('4401 {"r":"unauthorized"}');
    clock.advance(2000);
    expect(newcomer.frames).toEqual([]);
  });

  it('frees no slot for a newcomer who waits with a token that is revoked, too', () => {
    layer.setLimit('u', 1);
    open({ userId: 'u', issuedAtMs: 1 });
    const newcomer = open({ userId: 'u', issuedAtMs: 1 });
    watch.revoke({ userId: 'u' });
    expect(wordOf(newcomer)).toBe('4401 {"r":"unauthorized"}');
    expect([newcomer.frames, layer.count('u'), layer.waiting('u')]).toEqual([[], 0, 0]);
  });

  it('reaches a session whose slot was taken before its token was revoked', () => {
    const admission = layer.open({ userId: 'u', extra: { userId: 'u', jti: 'a' } });
    if (admission.outcome !== 'opened') throw new Error('Expected a slot.');
    revocations.revokeToken({ userId: 'u', jti: 'a' });
    const socket = new FakeSocket(clock);
    layer.attach(admission.session, socket);
    expect(wordOf(socket)).toBe('4401 {"r":"revoked"}');
  });
});

describe('a session that was refreshed', () => {
  const next: Bearer = { userId: 'u', jti: 'new', issuedAtMs: startMs, endsAtMs: 9000 };

  function openRefreshed(bearer: Bearer = next): FakeSocket {
    const socket = open({ userId: 'u', jti: 'old', issuedAtMs: startMs - 5000, endsAtMs: 1000 });
    upcoming.push(bearer);
    socket.say({ type: 'refresh', token: 'x' });
    return socket;
  }

  it('ends when its newer token expires, not when the one before it does', () => {
    const socket = openRefreshed();
    for (const atMs of [1000, 8999]) {
      monotonicMs = atMs;
      watch.endExpired();
      expect(wordOf(socket)).toBe('');
    }
    monotonicMs = 9000;
    watch.endExpired();
    expect(wordOf(socket)).toBe('4401 {"r":"token-expired"}');
  });

  it('ends earlier where the newer token expires earlier', () => {
    const socket = openRefreshed({ ...next, endsAtMs: 500 });
    monotonicMs = 500;
    watch.endExpired();
    expect(wordOf(socket)).toBe('4401 {"r":"token-expired"}');
  });

  it('lives on when the token it was opened with is revoked, and ends with the one it has now', () => {
    const socket = openRefreshed();
    expect(watch.revoke({ userId: 'u', jti: 'old' })).toEqual([]);
    expect(wordOf(socket)).toBe('');
    expect(watch.revoke({ userId: 'u', jti: 'new' })).toHaveLength(1);
    expect(wordOf(socket)).toBe('4401 {"r":"revoked"}');
  });

  it('ends when all tokens of its user are revoked', () => {
    const socket = openRefreshed();
    expect(watch.revoke({ userId: 'u' })).toHaveLength(1);
    expect(wordOf(socket)).toBe('4401 {"r":"revoked"}');
  });

  it('ends at once when the newer token was revoked while it was judged', () => {
    watch.revoke({ userId: 'u', jti: 'new' });
    const socket = openRefreshed();
    expect(wordOf(socket)).toBe('4401 {"r":"revoked"}');
    expect(socket.frames.map(({ type }) => type)).toEqual(['ready']);
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

function monotonic(): number {
  return monotonicMs;
}

describe('a newcomer who is asked', () => {
  it('is welcome as long as its token is in force', () => {
    const bearer: Bearer = { userId: 'u', jti: 'one', endsAtMs: 5_000 };
    expect(isInForce(bearer, { revocations, monotonic })).toBe(true);
    expect(isInForce(null, { revocations, monotonic })).toBe(true);
    monotonicMs = 5_000;
    expect(isInForce(bearer, { revocations, monotonic })).toBe(false);
    monotonicMs = 0;
    revocations.revokeToken({ userId: 'u', jti: 'one', endsAtMs: 9_000 });
    expect(isInForce(bearer, { revocations, monotonic })).toBe(false);
    expect(isInForce({ userId: 'u' }, { revocations, monotonic })).toBe(true);
  });
});
