import { describe, expect, test } from 'vitest';
import { House } from './house.ts';

describe('the heartbeat', () => {
  test('pings a quiet peer at its interval and ends it when the ping timeout passes unanswered', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    house.clock.advance(25_050);
    expect(socket.pings).toBe(1);
    expect(session.heardAt).toBeGreaterThan(session.openedAt + 20_000);
    socket.isFrozen = true;
    house.clock.advance(34_000);
    expect(session.state).toBe('live');
    house.clock.advance(2_000);
    expect(house.causes).toEqual(['no-pong']);
    expect(socket.closes).toEqual([{ code: 4408, reason: '{"r":"no-pong"}' }]);
  });

  test('does not ping who was just heard', () => {
    const house = new House();
    const { socket } = house.connect('u');
    for (let second = 0; second < 120; second += 1) {
      socket.say({ type: 'ping' });
      house.clock.advance(1_000);
    }
    expect(socket.pings).toBe(0);
  });

  test('I9 takes any frame of the peer for life: a message, a ping, a pong', () => {
    for (const sign of ['received', 'heard', 'ponged'] as const) {
      const house = new House();
      const { session, socket } = house.connect('u', { roundTripMs: null });
      for (let second = 0; second < 120; second += 5) {
        house.clock.advance(5_000);
        if (sign === 'received') socket.owner.received('{"type":"ack","offset":0}');
        else if (sign === 'heard') socket.owner.heard();
        else socket.owner.ponged(Number.NaN);
      }
      expect(session.state).toBe('live');
    }
  });

  test('I9 confirms nothing by a pong that answers no ping of ours', () => {
    const house = new House();
    const { session, socket } = house.connect('u', { roundTripMs: null });
    const unconfirmed = session.unconfirmedBytes;
    expect(unconfirmed).toBeGreaterThan(0);
    socket.owner.ponged(session.pingMark);
    house.clock.advance(25_000);
    socket.owner.ponged(session.pingMark + 1);
    expect(session.unconfirmedBytes).toBe(unconfirmed);
    socket.owner.ponged(session.pingMark);
    expect(session.unconfirmedBytes).toBe(0);
    expect(house.told('pingAnswered')).toHaveLength(1);
  });

  test('keeps to an interval that is shorter than the ping timeout', () => {
    const house = new House({
      pingIntervalMs: 1_000,
      pressurePingIntervalMs: 1_000,
      pingTimeoutMs: 10_000,
    });
    const { socket } = house.connect('u');
    house.clock.advance(30_000);
    expect(socket.pings).toBeGreaterThanOrEqual(27);
  });

  test('pings the sessions of a user near the limit every five seconds, and the others as before', () => {
    const house = new House();
    const three = house.fill('three', 3);
    const four = house.fill('four', 4);
    house.clock.advance(60_000);
    for (const { socket } of three) expect(socket.pings).toBeLessThanOrEqual(3);
    for (const { socket } of four) expect(socket.pings).toBeGreaterThanOrEqual(10);
  });

  test('spreads the pings of a burst of newcomers', () => {
    const house = new House();
    const sockets = Array.from({ length: 200 }, (_, index) => house.connect(`u${index}`).socket);
    let most = 0;
    let before = 0;
    for (let beat = 0; beat < 520; beat += 1) {
      house.clock.advance(50);
      const pings = sockets.reduce((sum, { pings: count }) => sum + count, 0);
      most = Math.max(most, pings - before);
      before = pings;
    }
    expect(before).toBe(200);
    expect(most).toBeLessThanOrEqual(8);
  });

  test('I2 waits longer for a pong behind a backlog: a slow link of 32 KB/s is not dead', () => {
    const house = new House({ maxUnconfirmedBytes: 1024 * 1024 });
    const { session, socket } = house.connect('u', { roundTripMs: 20_000 });
    house.layer.publish('u', { event: 'e', data: 'x'.repeat(600_000) });
    expect(session.pingAt).toBeGreaterThan(0);
    house.clock.advance(19_000);
    expect(session.state).toBe('live');
    house.clock.advance(2_000);
    expect(session.unconfirmedBytes).toBe(0);
    socket.isFrozen = true;
    house.layer.publish('u', { event: 'e', data: 'x'.repeat(600_000) });
    house.clock.advance(27_000);
    expect(session.state).toBe('live');
    house.clock.advance(3_000);
    expect(house.causes).toEqual(['no-pong']);
  });

  test('I2 keeps live clients that are slow: 400 ms of round trip while the user needs slots', async () => {
    const house = new House();
    const five = house.fill('u', 5, { roundTripMs: 400 });
    for (let attempt = 0; attempt < 20; attempt += 1) {
      house.knock('u');
      await house.clock.settle(2_000, 200);
    }
    expect(five.every(({ session }) => session.state === 'live')).toBe(true);
    expect(house.told('refused')).toHaveLength(20);
    for (const { waitedMs, retryAfterMs } of house.told('refused')) {
      expect(waitedMs).toBeLessThan(500);
      expect(retryAfterMs).toBeUndefined();
    }
  });

  test('measures the round trip', () => {
    const house = new House();
    house.connect('u', { roundTripMs: 120 });
    house.clock.advance(26_000);
    expect(house.told('pingAnswered')).toMatchObject([{ roundTripMs: 120 }]);
  });
});
