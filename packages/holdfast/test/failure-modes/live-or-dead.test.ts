import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { eventsOn, House, settled } from '../sessions/house.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Time passes in large strides, as far as the layer is concerned: the loop runs all the while. */
function pass(house: House, ms: number): void {
  for (let left = ms; left > 0; left -= hour) house.clock.advance(Math.min(left, hour));
}

describe('telling live from dead', () => {
  test.each([3, 4, 5])(
    'FM-31 I2 destroys none of %i quiet sessions, however long they are quiet',
    async (held) => {
      const house = new House();
      const quiet = house.fill('u', held);
      for (const silence of [10_000, 10 * minute, 3 * hour]) {
        pass(house, silence);
        const { outcome, socket } = house.knock('u');
        if (outcome === 'opened') socket.leave();
        house.clock.advance(1_100);
        await settled();
      }
      expect(quiet.every(({ session }) => session.state === 'live')).toBe(true);
      const refused = house.told('refused');
      expect(refused).toHaveLength(held === 5 ? 3 : 0);
      for (const refusal of refused) expect(refusal.retryAfterMs).toBeUndefined();
    },
  );

  test('FM-32 FM-30 keeps a session that is in use, minutes or a day after it came', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    for (let second = 0; second < 31 * 60; second += 1) {
      socket.say({ type: 'ping' });
      house.clock.advance(1_000);
    }
    for (let passed = 0; passed < 25 * 60; passed += 1) {
      socket.say({ type: 'ping' });
      house.clock.advance(minute);
    }
    expect(house.layer.sessionsOf('u')).toEqual([session]);
  });

  test('FM-33 I9 calls dead who is only written to, and live who only answers pings', () => {
    const house = new House();
    const failing = house.connect('a');
    failing.socket.throwing.add('send');
    failing.socket.isFrozen = true;
    const ponging = house.connect('b');
    const unread = house.connect('c');
    unread.socket.isFrozen = true;
    for (let second = 0; second < 60; second += 1) {
      house.layer.publish('a', { event: 'tick' });
      house.layer.publish('c', { event: 'tick' });
      house.clock.advance(1_000);
    }
    expect(failing.session.state).toBe('closed');
    expect(unread.session.state).toBe('closed');
    expect(ponging.session.state).toBe('live');
    expect(house.causes).toEqual(['no-pong', 'no-pong']);
  });

  test('FM-34 I9 proves nothing by looking: a dead session goes on time although everybody asks about it', () => {
    const plain = new House();
    const watched = new House();
    for (const house of [plain, watched]) house.connect('u').socket.isFrozen = true;
    for (let second = 0; second < 45; second += 1) {
      plain.clock.advance(1_000);
      watched.clock.advance(1_000);
      for (const session of watched.layer.sessions()) watched.layer.view(session);
      watched.layer.health();
      watched.layer.gauges();
      watched.layer.count('u');
    }
    expect(plain.told('closed')).toHaveLength(1);
    expect(watched.told('closed')).toEqual(plain.told('closed'));
  });

  test('FM-35 never destroys what its transport cannot tell about', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const socket = Object.assign(house.socket({ roundTripMs: null }), { canPing: false });
    const { session } = house.connect('u', { socket });
    socket.claimed = 'unknown';
    pass(house, 3 * hour);
    house.knock('u');
    house.clock.advance(5_000);
    expect(session.state).toBe('live');
    expect(socket.pings).toBe(0);
  });

  test('FM-37 leaves a session alone that was opened just now and is not attached yet', async () => {
    const house = new House();
    house.fill('u', 3);
    const pending = house.layer.open({ userId: 'u' });
    if (pending.outcome !== 'opened') throw new Error('expected a slot');
    house.clock.advance(50);
    house.connect('u');
    house.layer.reapUser('u');
    house.knock('u');
    house.clock.advance(5_000);
    await settled();
    expect(pending.session.state).toBe('opening');
    expect(house.layer.attach(pending.session, house.socket())).toBe(true);
  });

  test('FM-38 I11 decides by monotonic time: the wall clock may leap an hour either way', async () => {
    const house = new House();
    const { session } = house.connect('u');
    for (const leap of [hour, -2 * hour, -10 * minute]) {
      house.clock.moveWallClock(leap);
      house.clock.advance(1_000);
      const reap = house.layer.reapAll();
      await house.clock.settle(50);
      expect((await reap).reaped).toEqual([]);
    }
    expect(session.state).toBe('live');
    expect(house.layer.view(session).openedAt).toBe(
      house.clock.epochMs() - house.layer.gauges().oldestMs,
    );
  });

  test('FM-38 I11 calls nobody dead for a suspension of minutes, whoever asks first', async () => {
    const house = new House();
    const five = house.fill('u', 5);
    house.clock.advance(4_500);
    for (const { socket } of five) socket.isFrozen = true;
    house.clock.advance(700);
    house.clock.stall(2 * minute);
    const knock = house.knock('u');
    for (const { socket } of five) socket.thaw();
    house.layer.reapUser('u');
    house.clock.advance(3_000);
    await settled();
    expect(house.causes).toEqual([]);
    expect(knock.outcome).toBe('refused');
    expect(house.told('stalled')[0]!.gapMs).toBeGreaterThan(119_000);
  });

  test('FM-39 I2 removes none of five sessions for its age, at any level of clean-up', async () => {
    const house = new House({ cleanupIntervalMs: 7 * 24 * hour });
    const ages = [26 * hour, 24 * hour, 2 * hour, minute];
    const sessions = ages.map((age, index) => {
      const { session } = house.connect('u');
      pass(house, age - (ages[index + 1] ?? 0));
      return session;
    });
    house.layer.reapUser('u');
    const reap = house.layer.reapAll();
    await house.clock.settle(50);
    expect(await reap).toEqual({ reaped: [], kept: 4, failed: [] });
    expect(sessions.every(({ state }) => state === 'live')).toBe(true);
  });

  test('FM-40 drops the dead sockets of a user alone and keeps the live one', () => {
    const house = new House();
    const [first, second, third] = house.fill('u', 3);
    first!.socket.claimed = 'closed';
    third!.socket.claimed = 'closed';
    expect(house.layer.reapUser('u').kept).toBe(1);
    expect(house.layer.sessionsOf('u')).toEqual([second!.session]);
  });

  test('FM-41 finds the dead among five that were all heard a second ago', () => {
    const house = new House();
    const five = house.fill('u', 5);
    for (const { socket } of five) socket.say({ type: 'ping' });
    house.clock.advance(1_000);
    for (const { socket } of five) socket.claimed = 'closed';
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.layer.count('u')).toBe(1);
  });

  test('FM-42 I2 reaps exactly the five half-open of twenty and lets the newcomer in', () => {
    const house = new House({ maxSessionsPerUser: 20 });
    const twenty = house.fill('u', 20);
    const halfOpen = twenty.filter((_, index) => index % 4 === 0);
    for (const { socket } of halfOpen) socket.isFrozen = true;
    house.clock.advance(5_000 + 1_100);
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.told('closed').map(({ session }) => session)).toEqual(
      halfOpen.map(({ session }) => session.id),
    );
    expect(house.layer.count('u')).toBe(16);
  });

  test('FM-43 reports for every session it found dead that it ended it, or why it did not', async () => {
    const house = new House();
    const five = house.fill('u', 5);
    five[0]!.socket.claimed = 'closed';
    five[1]!.socket.throwing.add('transport');
    five[2]!.socket.claimed = 'closed';
    five[2]!.socket.throwing.add('close').add('terminate');
    const reap = house.layer.reapAll();
    await house.clock.settle(50);
    const { reaped, kept, failed } = await reap;
    expect(reaped.map(({ id }) => id)).toEqual([five[0]!.session.id, five[2]!.session.id]);
    expect(failed).toEqual([
      { id: five[1]!.session.id, error: 'Error: transport failed, as asked' },
    ]);
    expect(kept + reaped.length + failed.length).toBe(5);
    expect(house.layer.count('u')).toBe(3);
  });

  test('FM-45 I2 kills none of five healthy sessions for a sixth', async () => {
    const house = new House();
    house.fill('u', 5);
    house.clock.advance(3_000);
    const sixth = house.knock('u');
    house.clock.advance(1_100);
    await settled();
    expect(sixth.outcome).toBe('refused');
    expect(house.causes).toEqual([]);
  });

  test('FM-46 believes the peer and not an engine that says closed of a socket that answers', async () => {
    const house = new House({ pingIntervalMs: 1_000, pressurePingIntervalMs: 1_000 });
    const five = house.fill('u', 5, { roundTripMs: 200 });
    while (five[3]!.session.pingAt < 0) house.clock.advance(50);
    five[3]!.socket.claimed = 'closed';
    house.clock.advance(30_000);
    house.layer.reapUser('u');
    const reap = house.layer.reapAll();
    await house.clock.settle(50);
    expect((await reap).reaped).toEqual([]);
    const sixth = house.knock('u');
    house.clock.advance(1_100);
    await settled();
    expect(sixth.outcome).toBe('refused');
    for (let number = 0; number < 10; number += 1) house.layer.publish('u', { event: 'e' });
    expect(five.flatMap(({ socket }) => eventsOn(socket))).toHaveLength(50);
  });

  test('FM-47 sends no frame a client could record to find out whether it lives', async () => {
    const house = new House({ pingIntervalMs: 1_000, pressurePingIntervalMs: 1_000 });
    const five = house.fill('u', 5);
    const sizes = five.map(({ socket }) => socket.written.length);
    for (let round = 0; round < 3; round += 1) {
      house.clock.advance(20_000);
      house.layer.reapUser('u');
      house.knock('u');
      house.clock.advance(1_100);
      await settled();
    }
    expect(five.map(({ socket }) => socket.written.length)).toEqual(sizes);
    expect(five[0]!.socket.pings).toBeGreaterThan(30);
  });

  test('FM-48 judges no session by what hangs on it or by how much its user has in the log', async () => {
    const house = new House({
      historyBytes: 64 * 1024 * 1024,
      historyTotalBytes: 64 * 1024 * 1024,
      resumeWindowMs: hour,
    });
    const { session, socket } = house.connect('u');
    Object.assign(
      session,
      Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`extra${index}`, index])),
    );
    socket.isFrozen = true;
    const body = 'x'.repeat(1024 * 1024);
    for (let number = 0; number < 50; number += 1)
      house.layer.publish('u', { event: 'e', data: body });
    socket.thaw();
    house.clock.advance(30_000);
    const reap = house.layer.reapAll();
    await house.clock.settle(50);
    expect((await reap).reaped).toEqual([]);
    expect(session.state).toBe('live');
  });

  test('FM-49 refuses time-outs that contradict each other and names both', () => {
    const contradiction = { probeTimeoutMs: 20_000, pingTimeoutMs: 10_000 };
    expect(() => new House(contradiction)).toThrow(UsageError);
    expect(() => new House(contradiction)).toThrow(
      /`probeTimeoutMs`.*`pingTimeoutMs`.*20000 and 10000/,
    );
    expect(() => new House({ pressurePingIntervalMs: 30_000 })).toThrow(
      /`pressurePingIntervalMs`.*`pingIntervalMs`/,
    );
    expect(() => new House({ historyBytes: 2048, historyTotalBytes: 1024 })).toThrow(
      /`historyBytes`.*`historyTotalBytes`/,
    );
    const equal = { probeTimeoutMs: 10_000, pingTimeoutMs: 10_000 };
    expect(new House(equal).layer.settings).toMatchObject(equal);
  });
});
