import { SessionLayer } from 'holdfast';
import { FakeSocket, ManualClock } from 'holdfast/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Revocations } from '../../src/server/auth/revocations.ts';
import type { Identity } from '../../src/server/auth/verdict.ts';
import { TokenWatch } from '../../src/server/token-watch.ts';

const startMs = 1_000_000;
let clock: ManualClock;
let layer: SessionLayer;
let revocations: Revocations;
let watch: TokenWatch;
let nowMs: number;

beforeEach(() => {
  nowMs = startMs;
  clock = new ManualClock();
  layer = new SessionLayer({}, { clock });
  revocations = new Revocations({ now: () => nowMs });
  watch = new TokenWatch({ layer, revocations, now: () => nowMs });
  layer.subscribe((event) => {
    if (event.type === 'attached') watch.attached(event.session);
  });
});

function open(identity: Identity): FakeSocket {
  const socket = new FakeSocket(clock);
  layer.open({ userId: identity.userId, socket, extra: identity });
  return socket;
}

function wordOf(socket: FakeSocket): string {
  return socket.closes.map(({ code, reason }) => `${code} ${reason}`).join();
}

describe('revoking', () => {
  it('ends the sessions of all tokens issued up to now, and no others', () => {
    const old = open({ userId: 'u', issuedAtMs: startMs - 5000 });
    const newer = open({ userId: 'u', issuedAtMs: startMs + 5000 });
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
    const short = open({ userId: 'u', expiresAtMs: startMs + 1000 });
    const long = open({ userId: 'u', expiresAtMs: startMs + 5000 });
    const never = open({ userId: 'u' });
    watch.endExpired();
    nowMs += 1000;
    watch.endExpired();
    expect(wordOf(short)).toBe('4401 {"r":"token-expired"}');
    expect(wordOf(long)).toBe('');
    nowMs += 4000;
    watch.endExpired();
    expect(wordOf(long)).toBe('4401 {"r":"token-expired"}');
    expect(wordOf(never)).toBe('');
  });

  it('is looked for only when one may have expired', () => {
    open({ userId: 'u', expiresAtMs: startMs + 1000 });
    let looks = 0;
    const sessions = layer.sessions.bind(layer);
    layer.sessions = () => {
      looks += 1;
      return sessions();
    };
    for (let count = 0; count < 10; count += 1) watch.endExpired();
    expect(looks).toBe(0);
    nowMs += 1000;
    watch.endExpired();
    watch.endExpired();
    expect(looks).toBe(1);
  });
});
