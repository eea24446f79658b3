import { describe, expect, test } from 'vitest';
import type { FakeSocket } from '../../src/testing/fake-socket.ts';
import { eventsOn, framesOn, House } from './house.ts';

const offsetsOn = (socket: FakeSocket): unknown[] =>
  framesOn(socket, 'event').map(({ offset }) => offset);

describe('delivery', () => {
  test('writes ready first, then the events after its offset', () => {
    const house = new House();
    house.layer.publish('u', { event: 'before' });
    const { socket } = house.connect('u', { device: 'd' });
    house.layer.publish('u', { event: 'after', data: [1], critical: true });
    expect(socket.frames.map(({ type }) => type)).toEqual(['ready', 'event', 'event']);
    const { ticket, ...ready } = socket.frames[0] ?? {};
    expect(ticket).toMatch(/^\d+\.\d+\.[\w-]{24}$/);
    expect(ready).toEqual({
      type: 'ready',
      session: house.layer.sessionsOf('u')[0]!.id,
      user: 'u',
      epoch: 'n',
      offset: 0,
      resume: { outcome: 'new' },
      limit: 5,
      sessions: 1,
      pingInterval: 25_000,
      resumeWindow: 120_000,
    });
    expect(socket.frames[2]).toEqual({
      type: 'event',
      offset: 2,
      event: 'after',
      data: [1],
      critical: true,
      time: house.clock.epochMs(),
    });
  });

  test('I4 writes every event to every session once, in order', () => {
    const house = new House();
    const three = house.fill('u', 3, { roundTripMs: 5 });
    for (let number = 1; number <= 500; number += 1) {
      house.layer.publish('u', { event: 'e', data: 'x'.repeat(number) });
      house.clock.advance(1);
    }
    house.clock.advance(1_000);
    const all = Array.from({ length: 500 }, (_, index) => index + 1);
    for (const { socket } of three) expect(offsetsOn(socket)).toEqual(all);
  });

  test('I12 writes no more than the window to a peer that confirms nothing, and goes on when it does', () => {
    const house = new House({ maxUnconfirmedBytes: 10_000 });
    const { session, socket } = house.connect('u');
    socket.isFrozen = true;
    for (let number = 0; number < 50; number += 1)
      house.layer.publish('u', { event: 'e', data: 'x'.repeat(1_000) });
    expect(session.unconfirmedBytes).toBeLessThanOrEqual(10_000);
    const written = eventsOn(socket).length;
    expect(written).toBeGreaterThan(5);
    expect(written).toBeLessThan(10);
    expect(socket.pings).toBe(1);
    socket.thaw();
    house.clock.advance(100);
    expect(offsetsOn(socket)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(session.unconfirmedBytes).toBeLessThanOrEqual(10_000);
  });

  test('lets one event through that is larger than the whole window', () => {
    const house = new House({ maxUnconfirmedBytes: 1024 });
    const { socket } = house.connect('u');
    house.clock.advance(26_000);
    house.layer.publish('u', { event: 'big', data: 'x'.repeat(5_000) });
    house.layer.publish('u', { event: 'next' });
    expect(eventsOn(socket)).toEqual(['big']);
    house.clock.advance(50);
    expect(eventsOn(socket)).toEqual(['big', 'next']);
  });

  test('pings at half a window, so that a quick reader never waits', () => {
    const house = new House({ maxUnconfirmedBytes: 10_000 });
    const { socket } = house.connect('u', { roundTripMs: 10 });
    for (let number = 0; number < 100; number += 1) {
      house.layer.publish('u', { event: 'e', data: 'x'.repeat(400) });
      expect(eventsOn(socket)).toHaveLength(number + 1);
      house.clock.advance(5);
    }
  });

  test('waits for the engine to drain, and writes on where it was', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    socket.outcome = 'queued';
    for (let number = 0; number < 5; number += 1) house.layer.publish('u', { event: 'e' });
    expect(offsetsOn(socket)).toEqual([1]);
    expect(session.isCongested).toBe(true);
    socket.outcome = 'ok';
    socket.owner.drained();
    expect(offsetsOn(socket)).toEqual([1, 2, 3, 4, 5]);
  });

  test('I4 tells a session that falls off the tail what is gone, counts it, and goes on after it', () => {
    const house = new House({ historyEvents: 10 });
    const { session, socket } = house.connect('u');
    socket.outcome = 'queued';
    house.layer.publish('u', { event: 'e' });
    for (let number = 0; number < 30; number += 1) house.layer.publish('u', { event: 'e' });
    socket.outcome = 'ok';
    socket.owner.drained();
    expect(framesOn(socket, 'gap')).toEqual([
      { type: 'gap', reason: 'overflow', epoch: 'n', offset: 21, from: 2, to: 21 },
    ]);
    expect(offsetsOn(socket)).toEqual([1, ...Array.from({ length: 10 }, (_, index) => index + 22)]);
    expect(house.told('lost')).toEqual([
      { type: 'lost', user: 'u', events: 20, reason: 'overflow' },
    ]);
    expect(house.told('gapTold')).toEqual([
      { type: 'gapTold', user: 'u', session: session.id, from: 2, to: 21 },
    ]);
  });

  test('ends a session that falls off the tail when told to, with a code that says come back', () => {
    const house = new House({ historyEvents: 10, onSlow: 'close' });
    const { socket } = house.connect('u');
    const quick = house.connect('u');
    socket.outcome = 'queued';
    for (let number = 0; number < 30; number += 1) house.layer.publish('u', { event: 'e' });
    socket.outcome = 'ok';
    socket.owner.drained();
    expect(socket.closes).toEqual([{ code: 4410, reason: '{"r":"slow"}' }]);
    expect(eventsOn(quick.socket)).toHaveLength(30);
  });

  test('I8 sends an event for one session to that session, and the others see a jump', () => {
    const house = new House();
    const [one, two] = house.fill('u', 2);
    house.layer.publish('u', { event: 'all' });
    house.layer.publish('u', { event: 'one' }, { session: one!.session.id });
    house.layer.publish('u', { event: 'all' });
    expect(eventsOn(one!.socket)).toEqual(['all', 'one', 'all']);
    expect(eventsOn(two!.socket)).toEqual(['all', 'all']);
    expect(offsetsOn(two!.socket)).toEqual([1, 3]);
    expect(framesOn(two!.socket, 'gap')).toEqual([]);
  });

  test('I8 gives a stranger nothing that is meant for a session of another user', () => {
    const house = new House();
    const [mine, theirs] = [house.connect('me'), house.connect('them')];
    house.layer.publish('me', { event: 'e' }, { session: theirs.session.id });
    expect([...eventsOn(mine.socket), ...eventsOn(theirs.socket)]).toEqual([]);
  });

  test('I12 ends a client that asks and does not read, instead of piling up answers', () => {
    const house = new House({ maxUnconfirmedBytes: 1024, historyBytes: 1024, messageRate: 1_000 });
    const { session, socket } = house.connect('u');
    socket.isFrozen = true;
    for (let number = 0; number < 200; number += 1) socket.say({ type: 'ping' });
    expect(house.causes).toEqual(['slow']);
    expect(session.unconfirmedBytes).toBeLessThanOrEqual(2048);
  });

  test('I2 answers a client on a slow link although its window is full', () => {
    const house = new House({ maxUnconfirmedBytes: 1024 });
    const { socket } = house.connect('u');
    socket.isFrozen = true;
    for (let number = 0; number < 20; number += 1)
      house.layer.publish('u', { event: 'e', data: 'x'.repeat(200) });
    socket.say({ type: 'ping' });
    expect(house.causes).toEqual([]);
    expect(framesOn(socket, 'pong')).toHaveLength(1);
  });

  test('sends what was queued for an absent user once, to the first session that comes', () => {
    const house = new House();
    for (let number = 0; number < 4; number += 1) house.layer.publish('u', { event: `e${number}` });
    const first = house.connect('u');
    const second = house.connect('u');
    expect(eventsOn(first.socket)).toEqual(['e0', 'e1', 'e2', 'e3']);
    expect(eventsOn(second.socket)).toEqual([]);
    expect(framesOn(second.socket, 'ready')).toMatchObject([{ offset: 4 }]);
  });

  test.each(['gap', 'close'] as const)(
    'tells what is gone before anything the application publishes in its hook, where slow means %s',
    (onSlow) => {
      const welcome = (session: { readonly userId: string }): void => {
        house.layer.publish(session.userId, { event: 'welcome' });
      };
      const house: House = new House(
        { onSlow, historyEvents: 10 },
        { hooks: { onSession: welcome } },
      );
      for (let number = 0; number < 15; number += 1)
        house.layer.publish('u', { event: `e${number}` });
      const { socket } = house.connect('u');
      expect(house.causes).toEqual([]);
      expect(framesOn(socket, 'gap')).toMatchObject([{ from: 1, to: 5 }]);
      expect(eventsOn(socket)).toEqual([
        ...Array.from({ length: 10 }, (_, at) => `e${at + 5}`),
        'welcome',
      ]);
    },
  );
});
