import { describe, expect, test } from 'vitest';
import { framesOn, House, settled } from './house.ts';

/** A user whose sessions are all frozen and have been silent for a while. */
function ghosts(count: number, house: House = new House({ maxSessionsPerUser: count })): House {
  for (const { socket } of house.fill('u', count)) socket.isFrozen = true;
  house.clock.advance(2_000);
  return house;
}

describe('the waiting room', () => {
  test('gives freed slots to the oldest waiter first, in the same tick', async () => {
    const house = ghosts(3);
    const waiters = [house.knock('u'), house.knock('u'), house.knock('u')];
    const [first] = house.layer.sessionsOf('u');
    house.layer.close(first!.id);
    expect(framesOn(waiters[0]!.socket, 'ready')).toHaveLength(1);
    expect(waiters[1]!.socket.written).toEqual([]);
    expect(house.layer.waiting('u')).toBe(2);
    await settled();
    expect(waiters.map(({ outcome }) => outcome)).toEqual(['opened', 'waiting', 'waiting']);
  });

  test('lets nobody pass those who wait, though a slot becomes free', async () => {
    const house = ghosts(2);
    const first = house.knock('u');
    house.layer.subscribe(({ type }) => {
      if (type === 'closed') house.knock('u');
    });
    house.layer.close(house.layer.sessionsOf('u')[0]!.id);
    await settled();
    expect(first.outcome).toBe('opened');
  });

  test('I3 lets five in that come back at once over five ghosts', async () => {
    const house = ghosts(5);
    const five = Array.from({ length: 5 }, () => house.knock('u'));
    house.clock.advance(1_150);
    await settled();
    expect(five.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'opened'));
    expect(house.causes).toEqual(Array.from({ length: 5 }, () => 'no-pong'));
    expect(house.told('refused')).toEqual([]);
  });

  test('pings every session once for all waiters', () => {
    const house = ghosts(3);
    const sockets = house.layer
      .sessionsOf('u')
      .map(({ socket }) => socket as ReturnType<House['socket']>);
    house.knock('u');
    house.knock('u');
    expect(sockets.map(({ pings }) => pings)).toEqual([1, 1, 1]);
  });

  test('I12 holds as many waiters as the user may have sessions, and tells the next when to come back', () => {
    const house = ghosts(3);
    for (let waiter = 0; waiter < 3; waiter += 1) expect(house.knock('u').outcome).toBe('waiting');
    const oneMore = house.knock('u');
    expect(oneMore.outcome).toBe('refused');
    expect(house.told('refused').at(-1)).toMatchObject({ reason: 'rate' });
    expect(house.told('refused').at(-1)!.retryAfterMs).toBeGreaterThan(0);
    expect(oneMore.socket.closes[0]!.code).toBe(4429);
    expect(house.layer.gauges().waiting).toBe(3);
  });

  test('I12 refuses a thousand attempts over five live sessions without growing or disturbing any of them', async () => {
    const house = new House();
    const five = house.fill('u', 5, { roundTripMs: 30 });
    house.clock.advance(3_000);
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      house.knock('u');
      if (attempt % 20 === 0) house.clock.advance(50);
      expect(house.layer.gauges().waiting).toBeLessThanOrEqual(5);
    }
    house.clock.advance(5_000);
    await settled();
    expect(house.told('refused')).toHaveLength(1_000);
    for (const { reason, retryAfterMs } of house.told('refused'))
      expect(reason === 'rate' || retryAfterMs === undefined).toBe(true);
    expect(house.causes).toEqual([]);
    expect(five.every(({ session }) => session.state === 'live')).toBe(true);
    expect(house.layer.gauges()).toMatchObject({ lingering: 0, waiting: 0 });
  });

  test('never waits longer than the probe timeout and a beat or two', async () => {
    const house = new House({ maxSessionsPerUser: 1, openTimeoutMs: 60_000 });
    house.layer.open({ userId: 'u' });
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(1_150);
    await settled();
    expect(knock.outcome).toBe('refused');
    const [refusal] = house.told('refused');
    expect(refusal!.waitedMs).toBeLessThanOrEqual(1_150);
    expect(refusal!.retryAfterMs).toBeGreaterThan(56_000);
    expect(refusal!.retryAfterMs).toBeLessThanOrEqual(57_000);
  });

  test('lets a waiter leave at once, and the round go on without it', async () => {
    const house = ghosts(2);
    const [leaver, stayer] = [house.knock('u'), house.knock('u')];
    leaver.socket.leave();
    expect(house.layer.waiting('u')).toBe(1);
    house.clock.advance(1_150);
    await settled();
    expect([leaver.outcome, stayer.outcome]).toEqual(['left', 'opened']);
    expect(leaver.socket.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  test('closes the socket of a waiter whose caller gives up', async () => {
    const house = ghosts(1);
    const { admission, socket } = house.knock('u');
    if (admission.outcome !== 'waiting') throw new Error('expected to wait');
    admission.withdraw();
    admission.withdraw();
    expect(await admission.settled).toEqual({ outcome: 'left' });
    expect(socket.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(house.layer.waiting('u')).toBe(0);
    house.clock.advance(5_000);
    expect(house.layer.gauges().lingering).toBe(0);
  });

  test('sends nothing to a waiter, keeps what it says, and serves that once it is in', async () => {
    const house = ghosts(1);
    const { socket } = house.knock('u');
    socket.say({ type: 'ping' });
    socket.say({ type: 'ping' });
    house.layer.publish('u', { event: 'e' });
    expect(socket.written).toEqual([]);
    house.clock.advance(1_150);
    await settled();
    expect(socket.frames.map(({ type }) => type)).toEqual(['ready', 'pong', 'pong']);
  });

  test.each([
    ['seventeen messages', Array.from({ length: 17 }, () => '{"type":"ping"}')],
    ['more than 64 KB', [`"${'x'.repeat(70_000)}"`]],
  ])('I12 turns a waiter away that says %s before its ready', async (_what, said) => {
    const house = ghosts(1);
    const knock = house.knock('u');
    for (const text of said) knock.socket.say(text);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(knock.socket.closes[0]).toMatchObject({ code: 4429 });
    expect(house.layer.waiting('u')).toBe(0);
  });

  test('I12 turns a waiter away that floods it with pings and pongs', async () => {
    const house = ghosts(1);
    const knock = house.knock('u');
    for (let number = 0; number < 8; number += 1) {
      knock.socket.owner.heard();
      knock.socket.owner.ponged(Number.NaN);
    }
    expect(house.layer.waiting('u')).toBe(1);
    knock.socket.owner.heard();
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(knock.socket.closes[0]).toMatchObject({ code: 4429 });
  });

  test('turns away who waits, and who comes, once a drain has begun', async () => {
    const house = ghosts(1);
    const waiting = house.knock('u');
    void house.layer.drain({ withinMs: 10_000 });
    const late = house.knock('v');
    await settled();
    expect([waiting.outcome, late.outcome]).toEqual(['refused', 'refused']);
    for (const { socket } of [waiting, late]) {
      expect(socket.closes).toMatchObject([{ code: 1012 }]);
      expect(socket.closes[0]?.reason).toMatch(/^\{"r":"drain","retryMs":\d{4}\}$/u);
    }
    expect(house.layer.count('u')).toBe(1);
  });

  test('I3 does not take for proof what was heard before a standstill', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const { socket } = house.connect('u');
    socket.isFrozen = true;
    house.clock.advance(300);
    house.clock.stall(60_000);
    const knock = house.knock('u');
    expect(knock.outcome).toBe('waiting');
    house.clock.advance(1_200);
    await settled();
    expect(knock.outcome).toBe('opened');
  });

  test('decides as soon as the last of all sessions has proven alive', async () => {
    const house = new House({ maxSessionsPerUser: 2 });
    house.connect('u', { roundTripMs: 10 });
    house.connect('u', { roundTripMs: 700 });
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(600);
    await settled();
    expect(knock.outcome).toBe('waiting');
    house.clock.advance(150);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(house.told('refused')[0]!.waitedMs).toBe(700);
  });

  test.each([0, 10, 20, 30, 40, 50])(
    'I3 lets a newcomer in within two beats over one that was late by %i ms before it came',
    async (lateMs) => {
      const house = new House({ maxSessionsPerUser: 1 });
      const { socket } = house.connect('u');
      socket.isFrozen = true;
      house.clock.advance(2_003);
      const asker = house.knock('u');
      house.clock.advance(10);
      asker.socket.leave();
      house.clock.advance(990 + lateMs);
      const knock = house.knock('u');
      house.clock.advance(100);
      await settled();
      expect(knock.outcome).toBe('opened');
    },
  );

  test('I9 a frame that lay in the kernel since before the newcomer came proves nothing to it', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const { socket } = house.connect('u');
    house.clock.advance(2_020);
    socket.isFrozen = true;
    const knock = house.knock('u');
    house.clock.advance(2);
    socket.say({ type: 'ping' });
    house.clock.advance(1_100);
    await settled();
    expect(knock.outcome).toBe('opened');
    expect(house.causes).toEqual(['no-pong']);
  });

  test('I3 I9 a request that lay in the kernel since before the newcomer came proves nothing to it', async () => {
    const house = new House({ maxSessionsPerUser: 2 });
    const [first] = house.fill('u', 2);
    house.clock.advance(2_000);
    house.clock.stall(40);
    const knock = house.knock('u');
    house.clock.stall(5);
    const { socket } = house.connect('u', { limit: 3 });
    socket.isFrozen = true;
    first!.socket.leave();
    house.clock.advance(1_100);
    await settled();
    expect(knock.outcome).toBe('opened');
    expect(house.causes).toEqual(['client-close', 'no-pong']);
  });

  test('I9 the answer to a ping from before the newcomer came has another one sent for it', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const { socket } = house.connect('u', { roundTripMs: 20 });
    house.clock.advance(2_000);
    const first = house.knock('u');
    house.clock.advance(10);
    first.socket.leave();
    const knock = house.knock('u');
    house.clock.advance(15);
    socket.isFrozen = true;
    house.clock.advance(1_100);
    await settled();
    expect(knock.outcome).toBe('opened');
    expect(house.causes).toEqual(['no-pong']);
  });

  test('I12 a newcomer whose socket was closed when it came takes no place of those who wait', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u', { roundTripMs: 400 });
    house.clock.advance(1_000);
    const socket = house.socket();
    socket.claimed = 'closed';
    expect(house.knock('u', { socket }).outcome).toBe('left');
    expect(house.knock('u').outcome).toBe('waiting');
  });

  test('FM-15 counts no limit hit for a newcomer who has room of its own', async () => {
    const house = new House({ maxSessionsPerUser: 2 });
    house.connect('u', { roundTripMs: 400 });
    house.clock.advance(1_000);
    const low = house.knock('u', { limit: 1 });
    const high = house.knock('u', { limit: 5 });
    await settled();
    expect([low.outcome, high.outcome]).toEqual(['waiting', 'opened']);
    expect(house.told('limitHit')).toHaveLength(1);
  });
});
