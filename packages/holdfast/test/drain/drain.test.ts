import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { eventsOn, framesOn, House, settled, expectEmpty } from '../sessions/house.ts';
import { Course, frozenSocket, wayOut } from './ways-out.ts';

const withinMs = 10_000;

describe('a drain', () => {
  test('tells every session when to come back, with a ticket, and closes it with the same instant', async () => {
    const house = new House({ maxSessionsPerUser: 50 });
    const sockets = house.fill('u', 40, { roundTripMs: 70 }).map(({ socket }) => socket);
    const startedAt = house.clock.nowMs();
    const course = new Course(house, withinMs);
    expect(sockets.every((socket) => framesOn(socket, 'drain').length === 1)).toBe(true);
    const closedAt = new Map<FakeSocket, number>();
    for (let step = 0; step < 30; step += 1) {
      await house.clock.settle(10, 10);
      for (const socket of sockets) {
        if (socket.closes.length > 0 && !closedAt.has(socket))
          closedAt.set(socket, house.clock.nowMs());
      }
    }
    expect(course.isOver).toBe(true);
    const returns = sockets.map((socket) => {
      const { reconnectInMs, code, r, retryMs = Number.NaN } = wayOut(socket);
      expect({ code, r }).toEqual({ code: 1012, r: 'drain' });
      const told = startedAt + reconnectInMs;
      expect(Math.abs((closedAt.get(socket) ?? 0) + retryMs - told)).toBeLessThanOrEqual(10);
      return reconnectInMs;
    });
    expect(new Set(returns).size).toBe(40);
    expect(Math.min(...returns)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...returns)).toBeLessThan(withinMs);
    const tickets = sockets.map((socket) => framesOn(socket, 'drain')[0]?.['ticket']);
    expect(tickets).toEqual(sockets.map((socket) => framesOn(socket, 'ready')[0]?.['ticket']));
    expect(new Set(tickets).size).toBe(40);
  });

  test('is over as soon as everybody has confirmed, and leaves nothing behind', async () => {
    const house = new House();
    const sockets = [...house.fill('u', 5), ...house.fill('v', 3)].map(({ socket }) => socket);
    house.layer.publish('absent', { event: 'e' });
    const course = new Course(house, 30_000);
    await house.clock.settle(150, 10);
    expect(course.isOver).toBe(true);
    expect(sockets.every(({ closes }) => closes.length === 1)).toBe(true);
    expectEmpty(house);
    expect(house.told('lost')).toMatchObject([{ user: 'absent', reason: 'expired' }]);
  });

  test('I5 of nobody is over at once', async () => {
    const house = new House();
    const course = new Course(house, 30_000);
    await settled();
    expect(course.isOver).toBe(true);
    expect(house.clock.timerCount).toBe(0);
  });

  test('I4 closes nobody before everything that was published to it has been confirmed', async () => {
    const house = new House({ maxUnconfirmedBytes: 1_024 });
    const { socket } = house.connect('u', { roundTripMs: 200 });
    const pad = 'x'.repeat(300);
    for (let count = 0; count < 20; count += 1) {
      house.layer.publish('u', { event: `e${count}`, data: pad });
    }
    expect(eventsOn(socket).length).toBeLessThan(5);
    const course = new Course(house, withinMs);
    let writtenMs = 0;
    let closedMs = 0;
    for (; socket.closes.length === 0 && closedMs < 5_000; closedMs += 10) {
      if (eventsOn(socket).length < 20) writtenMs = closedMs;
      await house.clock.settle(10, 10);
    }
    expect(eventsOn(socket)).toEqual(Array.from({ length: 20 }, (_, count) => `e${count}`));
    expect(closedMs - writtenMs).toBeGreaterThanOrEqual(200);
    expect(closedMs).toBeLessThan(3_000);
    await house.clock.settle(500);
    expect(course.isOver).toBe(true);
  });

  test('I4 writes what is published meanwhile before the close frame, also what has to wait for its window', async () => {
    const house = new House({ maxUnconfirmedBytes: 1_024 });
    const { socket } = house.connect('u', { roundTripMs: 200 });
    void house.layer.drain({ withinMs });
    const pad = 'x'.repeat(300);
    for (let count = 0; count < 8; count += 1) {
      house.layer.publish('u', { event: `e${count}`, data: pad });
    }
    await house.clock.settle(250);
    expect(eventsOn(socket).length).toBeLessThan(8);
    expect(socket.closes).toEqual([]);
    await house.clock.settle(2_000);
    expect(eventsOn(socket)).toHaveLength(8);
    expect(socket.closes).toHaveLength(1);
  });

  test.each([
    ['with an event on its way', 1],
    ['that is idle', 0],
  ])(
    'I4 waits for the answer to a ping after the last byte, also when one is out: a session %s',
    async (_, events) => {
      const house = new House();
      const { socket } = house.connect('u', { roundTripMs: 400 });
      house.clock.advance(25_000);
      const { pings } = socket;
      expect(pings).toBe(1);
      for (let count = 0; count < events; count += 1) house.layer.publish('u', { event: 'e' });
      const course = new Course(house, withinMs);
      await house.clock.settle(410);
      expect(socket.pings).toBe(2);
      expect(socket.closes).toEqual([]);
      await house.clock.settle(450);
      expect(socket.closes).toHaveLength(1);
      await house.clock.settle(450);
      expect(course.isOver).toBe(true);
    },
  );

  test('closes a half-open session when its instant is near, and holds nobody up beyond the drain time', async () => {
    const house = new House();
    const frozen = house.connect('u', { socket: frozenSocket(house) });
    const lively = house.connect('v');
    const course = new Course(house, withinMs);
    const { reconnectInMs } = wayOut(frozen.socket);
    await house.clock.settle(200);
    expect(lively.socket.closes).toHaveLength(1);
    expect(frozen.session.state).toBe('live');
    const dueMs = Math.max(reconnectInMs, 1_200);
    await house.clock.settle(dueMs - 200 + 300);
    expect(wayOut(frozen.socket)).toMatchObject({ code: 1012, r: 'drain' });
    expect(house.causes).toEqual(['shutdown', 'shutdown']);
    await house.clock.settle(withinMs - dueMs);
    expect(course.isOver).toBe(true);
    expect(frozen.socket.isTerminated).toBe(true);
  });

  test.each([1, 5, 100, 1_000, 30_000])(
    'of %i ms is over by then, or after the time of a closing handshake, though nobody answers',
    async (shortMs) => {
      const house = new House({ pingTimeoutMs: 60_000, probeTimeoutMs: 50_000 });
      const sockets = Array.from({ length: 30 }, () => frozenSocket(house));
      sockets.forEach((socket, index) => house.connect(`u${index}`, { socket }));
      const course = new Course(house, shortMs);
      await house.clock.settle(Math.max(shortMs, 2_000) + 100, 100);
      expect(course.isOver).toBe(true);
      expect(sockets.every(({ closes }) => closes[0]?.code === 1012)).toBe(true);
      expect(house.layer.count('u0')).toBe(0);
    },
  );

  test('I2 a client that reads slowly is not closed at its instant: slow is not dead', async () => {
    const house = new House({ maxUnconfirmedBytes: 1_024, pingTimeoutMs: 10_000 });
    const { socket } = house.connect('u', { roundTripMs: 900 });
    const pad = 'x'.repeat(300);
    for (let count = 0; count < 12; count += 1) {
      house.layer.publish('u', { event: `e${count}`, data: pad });
    }
    const course = new Course(house, 12_000);
    await house.clock.settle(11_500);
    expect(eventsOn(socket)).toHaveLength(12);
    expect(socket.closes).toHaveLength(1);
    await house.clock.settle(2_000);
    expect(course.isOver).toBe(true);
  });

  test('is told in slices: a crowd does not keep the loop from its other work', () => {
    const clock = new ManualClock();
    const house = new House({}, {}, clock);
    const sockets = Array.from({ length: 1_000 }, (_, index) => house.connect(`u${index}`).socket);
    const toldNow = (): number =>
      sockets.filter((socket) => framesOn(socket, 'drain').length > 0).length;
    void house.layer.drain({ withinMs });
    const told = [toldNow()];
    for (let turn = 0; turn < 3; turn += 1) {
      clock.turn();
      told.push(toldNow());
    }
    expect(told[0]).toBeLessThanOrEqual(128);
    expect(told.at(-1)).toBeLessThan(1_000);
  });

  test('I12 closes no more at once than may linger, so that no close frame is cut off', async () => {
    const house = new House({ environment: 'production' });
    const sockets = Array.from({ length: 10_200 }, () => new SturdySocket(house.clock));
    sockets.forEach((socket, index) => house.connect(`u${index}`, { socket }));
    const course = new Course(house, 60_000);
    for (let slice = 0; slice < 82; slice += 1) await house.clock.settle();
    await house.clock.settle(320, 20);
    expect(house.layer.gauges()).toMatchObject({ sessions: 200, lingering: 10_000 });
    await house.clock.settle(1_000);
    expect(course.isOver).toBe(true);
    expect(sockets.filter(({ closes }) => closes.length === 0)).toEqual([]);
    expect(sockets.filter(({ wasCut }) => wasCut)).toEqual([]);
  }, 60_000);
});

describe('a drain that is asked for again', () => {
  test('is the same one, and never takes longer for it', async () => {
    const house = new House({ pingTimeoutMs: 60_000, probeTimeoutMs: 50_000 });
    const { socket } = house.connect('u', { socket: frozenSocket(house) });
    const first = house.layer.drain({ withinMs: 3_000 });
    expect(house.layer.drain({ withinMs: 60_000 })).toBe(first);
    await house.clock.settle(3_100);
    expect(socket.closes).toHaveLength(1);
    await first;
  });

  test('ends at once where that is asked for', async () => {
    const house = new House();
    const { socket } = house.connect('u', { socket: frozenSocket(house) });
    const first = house.layer.drain({ withinMs: 60_000 });
    await house.clock.settle(500);
    expect(socket.closes).toEqual([]);
    expect(house.layer.shutdown()).toBe(first);
    await house.clock.settle(100);
    expect(wayOut(socket)).toMatchObject({ code: 1012, r: 'drain' });
    await house.clock.settle(2_000);
    await first;
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '30s', null, undefined])(
    'refuses a drain time of %s, and nothing has begun then',
    (wrong) => {
      const house = new House();
      house.connect('u');
      expect(() => house.layer.drain({ withinMs: wrong as number })).toThrow(
        'Expected `withinMs` to be a whole number from 0',
      );
      expect(house.knock('v').outcome).toBe('opened');
    },
  );
});

/** A socket that knows whether it was cut. */
class SturdySocket extends FakeSocket {
  wasCut = false;

  constructor(clock: ManualClock) {
    super(clock, { roundTripMs: 300 });
  }

  override terminate(): void {
    this.wasCut = true;
    super.terminate();
  }
}
