import { describe, expect, test } from 'vitest';
import { eventsOn, House, settled } from '../sessions/house.ts';

/** A small generator for interleavings; the seed is in the test's failure. Source: Steele and Vigna, mulberry32. */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('many things at once', () => {
  test('FM-50 serves another user, and the same one, while a socket hangs in its closing', () => {
    const house = new House();
    const ghosts = house.fill('a', 5);
    for (const { socket } of ghosts) {
      socket.isFrozen = true;
      socket.claimed = 'closed';
    }
    expect(house.knock('a').outcome).toBe('opened');
    expect(house.knock('b').outcome).toBe('opened');
    expect(house.knock('a').outcome).toBe('opened');
    expect(house.layer.gauges().lingering).toBe(5);
  });

  test('FM-51 I1 holds the limit and counts right in a thousand interleavings of all that can happen', async () => {
    for (let seed = 1; seed <= 1_000; seed += 1) {
      const draw = drawer(seed);
      const house = new House({ maxSessionsPerUser: 3 });
      const sockets = house.fill('u', 2).map(({ socket }) => socket);
      const act = async (): Promise<void> => {
        for (let left = draw(4); left > 0; left -= 1) await Promise.resolve();
        const socket = sockets[draw(sockets.length)]!;
        const acts: (() => unknown)[] = [
          () => sockets.push(house.knock('u').socket),
          () => sockets.push(house.knock('u', { roundTripMs: null }).socket),
          () => socket.leave(),
          () => {
            socket.isFrozen = true;
          },
          () => house.layer.reapAll(),
          () => house.layer.reapUser('u'),
          () => house.clock.advance(draw(1_500)),
          () => house.layer.publish('u', { event: 'e' }),
        ];
        await acts[draw(acts.length)]!();
        expect(house.layer.count('u'), `seed ${seed}`).toBeLessThanOrEqual(3);
        expect(house.layer.count('u'), `seed ${seed}`).toBe([...house.layer.sessions()].length);
        expect(house.metrics.opened - house.metrics.closed, `seed ${seed}`).toBe(
          house.layer.count('u'),
        );
      };
      const all = Promise.all(Array.from({ length: 12 }, act));
      await house.clock.settle(0);
      house.clock.advance(100);
      await all;
    }
  });

  test('FM-52 survives a send that throws a hundred times, and closes all the same', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    socket.throwing.add('send');
    for (let number = 0; number < 100; number += 1)
      expect(house.layer.publish('u', { event: 'e' }).outcome).toBe('queued');
    expect(house.faultsOf('socket')).toBeGreaterThan(0);
    expect(house.layer.close(session.id, 'admin')).toBe(true);
    expect(socket.closes).toEqual([{ code: 4499, reason: '{"r":"admin"}' }]);
  });

  test('FM-52 I4 goes on where it was once a socket that threw takes frames again', () => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.throwing.add('send');
    house.layer.publish('u', { event: 'one' });
    socket.throwing.clear();
    house.layer.publish('u', { event: 'two' });
    expect(eventsOn(socket)).toEqual(['one', 'two']);
    socket.throwing.add('send');
    house.layer.publish('u', { event: 'three' });
    socket.throwing.clear();
    house.clock.advance(26_000);
    expect(eventsOn(socket)).toEqual(['one', 'two', 'three']);
  });

  test('FM-53 I3 decides about a newcomer over sixteen hung sockets at once when they are late', () => {
    const house = new House({ maxSessionsPerUser: 20 });
    const twenty = house.fill('u', 20);
    for (const { socket } of twenty.slice(0, 16)) {
      socket.isFrozen = true;
      socket.throwing.add('terminate');
    }
    house.clock.advance(6_500);
    const before = house.clock.nowMs();
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.clock.nowMs()).toBe(before);
    expect(house.layer.count('u')).toBe(5);
  });

  test('FM-53 I3 lets the newcomer in within 1.2 s over ghosts that were never heard from since they came', async () => {
    const house = new House();
    for (const { socket } of house.fill('u', 5)) socket.isFrozen = true;
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(1_150);
    await settled();
    expect(knock.outcome).toBe('opened');
    expect(house.told('refused')).toEqual([]);
  });

  test('FM-54 ends the dead of many users in slices, with polls of the loop between them', async () => {
    const house = new House();
    for (let user = 0; user < 2_000; user += 1) house.connect(`u${user}`).socket.claimed = 'closed';
    const look = house.clock.nowMs.bind(house.clock);
    let looks = 0;
    house.clock.nowMs = () => look() + (looks += 1) * 0.5;
    const afterPoll = house.clock.afterPoll.bind(house.clock);
    let polls = 0;
    house.clock.afterPoll = (callback) => {
      polls += 1;
      afterPoll(callback);
    };
    const reap = house.layer.reapAll();
    expect(house.layer.gauges().sessions).toBeGreaterThan(0);
    expect(house.knock('somebody').outcome).toBe('opened');
    await house.clock.settle(500, 10);
    expect((await reap).reaped).toHaveLength(2_000);
    expect(polls).toBeGreaterThan(3);
  });

  test('FM-56 takes a thousand events after the end has begun without a throw, and keeps them in the log', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    house.layer.close(session.id);
    for (let number = 0; number < 1_000; number += 1)
      expect(house.layer.publish('u', { event: `e${number}` }).outcome).toBe('queued');
    expect(eventsOn(socket)).toEqual([]);
    expect(house.told('fault')).toEqual([]);
    expect(eventsOn(house.connect('u').socket)).toHaveLength(1_000);
  });

  test('FM-57 leaves alone who is heard from in the last moment, and ends nobody twice', async () => {
    const house = new House();
    const five = house.fill('u', 5);
    for (const { socket } of five) socket.isFrozen = true;
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(900);
    five[0]!.socket.owner.ponged(five[0]!.session.pingMark);
    house.clock.advance(300);
    await settled();
    expect(knock.outcome).toBe('opened');
    expect(five[0]!.session.state).toBe('live');
    expect(house.causes).toEqual(['no-pong', 'no-pong', 'no-pong', 'no-pong']);
  });

  test('A6 counts a hundred dead once, whoever finds them at the same instant', async () => {
    const house = new House({ cleanupIntervalMs: 10_000 });
    const users = Array.from({ length: 20 }, (_, index) => `u${index}`);
    for (const user of users) for (const { socket } of house.fill(user, 5)) socket.isFrozen = true;
    house.clock.advance(6_200);
    for (const session of house.layer.sessions())
      (session.socket as ReturnType<House['socket']>).claimed = 'closed';
    const all = [house.layer.reapAll(), house.layer.reapAll()];
    for (const user of users) {
      house.knock(user);
      house.layer.reapUser(user);
    }
    house.clock.advance(10_000);
    await Promise.all(all);
    expect(house.causes).toHaveLength(100);
    expect(house.metrics.cleaned).toBe(100);
    expect(house.stats.managers_cleaned_up).toBe(100);
  });

  test('A7 closes a user during handshake, wait, send and hook, without a ghost and without a throw', async () => {
    const house: House = new House(
      { maxSessionsPerUser: 2 },
      {
        hooks: {
          onMessage: (session) => house.layer.closeUser(session.userId),
          onSession: async () => settled(),
        },
      },
    );
    const opening = house.layer.open({ userId: 'u' });
    house.layer.closeUser('u');
    if (opening.outcome !== 'opened') throw new Error('expected a slot');
    expect(() => house.layer.attach(opening.session, house.socket())).toThrow('one that is closed');
    house.fill('u', 2);
    await house.clock.settle(1_500);
    for (const session of house.layer.sessionsOf('u'))
      (session.socket as ReturnType<House['socket']>).isFrozen = true;
    const waiting = house.knock('u');
    expect(waiting.outcome).toBe('waiting');
    house.layer.closeUser('u');
    await settled();
    expect(waiting.outcome).toBe('opened');
    const [session] = house.layer.sessionsOf('u');
    const unsubscribe = house.layer.subscribe(({ type }) => {
      if (type === 'published') house.layer.closeUser('u');
    });
    house.layer.publish('u', { event: 'e' });
    unsubscribe();
    expect(session!.state).toBe('closed');
    const { socket } = house.connect('u');
    socket.say({ type: 'message', data: 1, id: 'm' });
    await house.clock.settle(5_000);
    expect(house.layer.gauges()).toMatchObject({ sessions: 0, users: 0, lingering: 0, waiting: 0 });
    expect(house.told('fault')).toEqual([]);
  });
});
