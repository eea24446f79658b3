import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { eventsOn, House } from '../sessions/house.ts';

describe('the handle of a session', () => {
  test('FM-02 frees exactly the session that open returned, whatever becomes of the request', () => {
    const house = new House();
    const request = { userId: 'u', device: 'x', socket: house.socket() };
    const admission = house.layer.open(request);
    const other = house.connect('u');
    request.userId = 'somebody else';
    request.device = 'y';
    if (admission.outcome !== 'opened') throw new Error('expected a slot');
    expect(house.layer.close(admission.session.id)).toBe(true);
    expect(house.layer.sessionsOf('u')).toEqual([other.session]);
  });

  test('FM-02 answers an unknown handle with false and tells of it, never with silence', () => {
    const house = new House();
    const { session } = house.connect('u');
    expect(house.layer.close(session.id)).toBe(true);
    expect(house.layer.close(session.id)).toBe(false);
    for (const id of ['', 'n', 'n--', 'n-0-zz', '__proto__', 'x-0-1', `${session.id} `])
      expect(house.layer.close(id)).toBe(false);
    expect(house.told('unknownHandle').map(({ session: id }) => id)).toHaveLength(8);
  });

  test('FM-03 keeps two sessions of one device apart', () => {
    const house = new House();
    const a = house.connect('u', { device: 'thread-1' });
    const b = house.connect('u', { device: 'thread-1' });
    expect(b.session).not.toBe(a.session);
    a.socket.leave();
    expect(house.layer.count('u')).toBe(1);
    expect(b.session.state).toBe('live');
    house.layer.publish('u', { event: 'next' });
    expect(eventsOn(b.socket)).toEqual(['next']);
  });

  test('FM-04 I8 never takes one user for another because their names begin or join alike', () => {
    const house = new House();
    const users = ['u1', 'u10', 'a:b', 'a', 'a:b:c'];
    const sessions = new Map(users.map((user) => [user, house.fill(user, 2, { device: 'b:c' })]));
    house.layer.closeUser('u1');
    house.layer.closeUser('a');
    expect(users.map((user) => house.layer.count(user))).toEqual([0, 2, 2, 0, 2]);
    for (const user of ['u10', 'a:b', 'a:b:c'])
      for (const { socket } of sessions.get(user)!) expect(socket.closes).toEqual([]);
  });

  test('I7 lets nothing late of an old session touch the one that took its place', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const old = house.connect('u');
    const owner = old.socket.owner;
    old.socket.end('lost');
    const young = house.connect('u');
    expect(young.session.index).toBe(old.session.index);
    expect(young.session.generation).not.toBe(old.session.generation);
    owner.gone();
    owner.ending('close-frame', 1000);
    owner.ponged(young.session.pingMark);
    owner.received('{"type":"ack","offset":999}');
    owner.drained();
    old.session.due(house.clock.nowMs() + 1e9);
    expect(house.layer.close(old.session.id)).toBe(false);
    expect(house.layer.find(young.session.id)).toBe(young.session);
    expect(house.layer.count('u')).toBe(1);
    expect(young.session.heardAt).toBeLessThan(young.session.openedAt);
    expect(house.causes).toEqual(['connection-lost']);
  });

  test('A10 I7 never gives one id to two sessions, thousands of them', () => {
    const house = new House({ maxSessionsPerUser: 3 });
    const ids = new Set<string>();
    for (let round = 0; round < 1_000; round += 1) {
      for (const { session, socket } of house.fill('u', 3)) {
        expect(ids.has(session.id)).toBe(false);
        ids.add(session.id);
        socket.leave();
      }
      house.events.length = 0;
    }
    expect(ids.size).toBe(3_000);
  });

  test('A10 finds no session of another node, though place and generation agree', () => {
    const one = new House({}, { node: 'one' });
    const two = new House({}, { node: 'two' });
    const { session } = one.connect('u');
    two.connect('u');
    expect(two.layer.find(session.id)).toBeNull();
  });

  const strange = [
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    'a:b',
    'a\nb',
    '\u00e9',
    'e\u0301',
    ' ',
    '\u0000',
    'u',
    'U',
  ];

  test('A11 I8 keeps users of any name apart, also those an object would take for its own', () => {
    const house = new House();
    strange.forEach((user, index) => house.fill(user, (index % 5) + 1));
    expect(strange.map((user) => house.layer.count(user))).toEqual(
      strange.map((_, index) => (index % 5) + 1),
    );
    strange.forEach((user) => house.layer.publish(user, { event: user }));
    for (const user of strange) {
      const { socket } = house.layer.sessionsOf(user)[0]!;
      expect(eventsOn(socket as ReturnType<House['socket']>)).toEqual([user]);
    }
    house.layer.setLimit('__proto__', 1);
    expect(house.layer.limitOf('constructor')).toBe(5);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    for (const user of strange) house.layer.closeUser(user);
    expect(house.layer.gauges()).toMatchObject({ sessions: 0, users: 0 });
  });

  test.each([
    ['empty', ''],
    ['257 bytes', 'x'.repeat(257)],
    ['129 characters of two bytes', '\u00e9'.repeat(129)],
    ['ten kilobytes', 'x'.repeat(10_240)],
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['an object', {}],
  ])(
    'A11 FM-22 refuses a user id that is %s with a typed error and makes no bucket for it',
    (_what, userId) => {
      const house = new House();
      const socket = house.socket();
      const open = (): unknown => house.layer.open({ userId: userId as string, socket });
      expect(open).toThrow(UsageError);
      expect(open).toThrow(expect.objectContaining({ code: 'bad-user' }));
      expect(house.layer.gauges()).toMatchObject({ sessions: 0, users: 0 });
    },
  );

  test.each(['x'.repeat(256), '\u00e9'.repeat(128), 'x'])(
    'A11 takes a user id of up to 256 bytes',
    (userId) => {
      const house = new House();
      house.connect(userId);
      expect(house.layer.count(userId)).toBe(1);
    },
  );
});
