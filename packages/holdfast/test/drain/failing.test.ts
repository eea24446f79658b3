import { describe, expect, test } from 'vitest';
import { eventsOn, House } from '../sessions/house.ts';
import { Course, wayOut } from './ways-out.ts';

const withinMs = 20_000;

describe('what fails while a drain is under way', () => {
  test.each(['send', 'ping', 'close', 'terminate', 'transport'])(
    'C10 I6 a socket whose `%s` throws holds nobody up, and is counted',
    async (method) => {
      const house = new House();
      const { socket } = house.connect('u');
      const other = house.connect('v');
      socket.throwing.add(method);
      const course = new Course(house, 4_000);
      await house.clock.settle(200);
      expect(other.socket.closes).toHaveLength(1);
      await house.clock.settle(6_000);
      expect(course.isOver).toBe(true);
      expect(house.layer.gauges()).toMatchObject({ sessions: 0, lingering: 0 });
      const isCalled = method !== 'terminate';
      expect(house.faultsOf('socket') > 0).toBe(isCalled);
    },
  );

  test.each(['dropped', 'queued'] as const)(
    'an engine to which every write is %s is closed at its instant',
    async (outcome) => {
      const house = new House();
      const { socket } = house.connect('u');
      house.layer.publish('u', { event: 'e' });
      house.clock.advance(1_000);
      socket.outcome = outcome;
      house.layer.publish('u', { event: 'stuck' });
      const course = new Course(house, 5_000);
      await house.clock.settle(5_100);
      expect(course.isOver).toBe(true);
      expect(house.causes).toEqual(['shutdown']);
    },
  );

  test('a socket that cannot ping is closed once all is written', async () => {
    const house = new House();
    const socket = Object.assign(house.socket(), { canPing: false });
    house.connect('u', { socket });
    house.layer.publish('u', { event: 'e' });
    const course = new Course(house, withinMs);
    await house.clock.settle(200);
    expect(eventsOn(socket)).toEqual(['e']);
    expect(wayOut(socket)).toMatchObject({ code: 1012, r: 'drain' });
    await house.clock.settle(100);
    expect(course.isOver).toBe(true);
  });

  test('I6 timers that cannot be set do not keep a layer from ending', async () => {
    const house = new House();
    house.fill('u', 3, { roundTripMs: 120 });
    house.clock.timerError = new Error('no timer, as asked');
    const course = new Course(house, withinMs);
    await house.clock.settle(200);
    house.clock.timerError = null;
    await house.clock.settle(3_000);
    expect(course.isOver).toBe(true);
    expect(house.faultsOf('timer')).toBeGreaterThan(0);
  });

  test('I11 a process that stood still closes nobody as dead, and is over by the time it was given', async () => {
    const house = new House();
    const sockets = house.fill('u', 4, { roundTripMs: 300 }).map(({ socket }) => socket);
    const course = new Course(house, 30_000);
    house.clock.stall(40_000);
    await house.clock.settle(500);
    expect(course.isOver).toBe(true);
    expect(house.causes).toEqual(Array.from({ length: 4 }, () => 'shutdown'));
    for (const socket of sockets) expect(wayOut(socket).retryMs).toBe(0);
  });
});
