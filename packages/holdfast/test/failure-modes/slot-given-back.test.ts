import { describe, expect, test } from 'vitest';
import { lingerMs } from '../../src/sessions/lingering.ts';
import type { EndSign } from '../../src/sessions/socket.ts';
import { eventsOn, House, settled } from '../sessions/house.ts';

const signs: readonly EndSign[] = ['close-frame', 'fin', 'lost', 'invalid'];

describe('a slot is given back', () => {
  test('FM-01 I3 lets a user reload a thousand times, by itself and in the same tick', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    for (let reload = 0; reload < 1_000; reload += 1) {
      const { socket } = house.connect('u');
      expect(house.layer.count('u')).toBe(1);
      socket.leave();
      expect(house.layer.count('u')).toBe(0);
    }
    expect(house.stats.emergency_cleanup_triggers).toBe(0);
    expect(house.stats.resource_limit_hits).toBe(0);
  });

  test.each(signs)(
    'FM-01 frees the slot at the first sign of the end: %s, TCP left open',
    (sign) => {
      const house = new House({ maxSessionsPerUser: 1 });
      for (let reload = 0; reload < 100; reload += 1) {
        const { socket } = house.connect('u');
        socket.end(sign);
        expect(house.layer.count('u')).toBe(0);
      }
      expect(house.told('limitHit')).toEqual([]);
    },
  );

  test('FM-01 frees the slot when the connection is simply gone', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    for (let reload = 0; reload < 100; reload += 1) house.connect('u').socket.drop();
    expect(house.layer.count('u')).toBe(0);
    expect(new Set(house.causes)).toEqual(new Set(['connection-lost']));
  });

  test('FM-05 frees the slot whichever stage before or during the attachment fails', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const stages: readonly ((id: string) => void)[] = [
      (id) => house.layer.close(id),
      (id) => {
        const socket = house.socket();
        socket.isTerminated = true;
        house.layer.attach(house.layer.find(id)!, socket);
      },
      (id) => {
        const socket = house.socket();
        socket.throwing.add('send');
        house.layer.attach(house.layer.find(id)!, socket);
      },
      (id) => {
        const socket = house.socket();
        socket.outcome = 'dropped';
        house.layer.attach(house.layer.find(id)!, socket);
      },
      (id) => {
        const socket = house.socket();
        house.layer.attach(house.layer.find(id)!, socket);
        socket.end('lost');
      },
    ];
    for (const fail of stages) {
      const admission = house.layer.open({ userId: 'u' });
      if (admission.outcome !== 'opened') throw new Error('expected a slot');
      fail(admission.session.id);
      expect(house.layer.count('u')).toBe(0);
      expect(admission.session.state).toBe('closed');
    }
    expect(house.causes).toHaveLength(stages.length);
  });

  test('FM-05 ends a session that nobody attaches at its own deadline, under its own name', () => {
    const house = new House({ maxSessionsPerUser: 1, openTimeoutMs: 10_000 });
    house.layer.open({ userId: 'u' });
    house.clock.advance(9_900);
    expect(house.layer.count('u')).toBe(1);
    house.clock.advance(200);
    expect(house.layer.count('u')).toBe(0);
    expect(house.metrics.closedByCause.get('open-timeout')).toBe(1);
  });

  test('FM-06 opens nothing on any path of clean-up', async () => {
    const house = new House();
    const [first] = house.fill('u', 5);
    const opened = house.metrics.opened;
    house.layer.reapUser('u');
    const reap = house.layer.reapAll();
    await house.clock.settle(50);
    await reap;
    house.layer.close(first!.session.id);
    house.layer.closeUser('u');
    house.clock.advance(60_000);
    expect(house.metrics.opened).toBe(opened);
  });

  test('FM-07 closes every socket with the given code, without a fault and without a timer left', () => {
    const house = new House();
    const connections = house.fill('u', 3);
    expect(house.layer.closeUser('u', { cause: 'revoked' })).toHaveLength(3);
    for (const { socket } of connections)
      expect(socket.closes).toEqual([{ code: 4401, reason: '{"r":"revoked"}' }]);
    house.clock.advance(lingerMs + 100);
    expect(house.told('fault')).toEqual([]);
    expect(house.layer.gauges()).toMatchObject({ sessions: 0, users: 0, lingering: 0 });
    expect(house.clock.timerCount).toBe(1);
  });

  test('FM-08 tells the client of its end, and cuts a connection that does not close', () => {
    const house = new House({ maxSessionsPerUser: 1, onLimit: 'evict-oldest' });
    const { socket } = house.connect('u');
    socket.isFrozen = true;
    house.knock('u');
    house.clock.advance(60);
    socket.owner.heard();
    expect(socket.closes).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    house.clock.advance(lingerMs - 200);
    expect(socket.isTerminated).toBe(false);
    house.clock.advance(400);
    expect(socket.isTerminated).toBe(true);
    expect(house.layer.gauges()).toMatchObject({ sessions: 1, lingering: 0 });
  });

  test('FM-08 leaves no socket open without a session, whatever ended it', () => {
    const house = new House({ maxSessionsPerUser: 2 });
    const sockets = [...house.fill('a', 2), ...house.fill('b', 2)].map(({ socket }) => socket);
    sockets[0]!.isFrozen = true;
    house.layer.close(house.layer.sessionsOf('b')[0]!.id, 'admin');
    sockets.push(house.knock('a').socket);
    house.clock.advance(40_000);
    const open = sockets.filter((socket) => !socket.isTerminated);
    expect(open).toHaveLength(house.layer.gauges().sessions);
  });

  test('FM-09 finds a session without any effect on it', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    socket.claimed = 'closed';
    const told = house.events.length;
    const before = JSON.stringify(house.layer.view(session));
    for (let look = 0; look < 100; look += 1) {
      expect(house.layer.find(session.id)).toBe(session);
      house.layer.sessionsOf('u');
      house.layer.view(session);
    }
    expect(house.events).toHaveLength(told);
    expect(JSON.stringify(house.layer.view(session))).toBe(before);
    expect(house.layer.reapUser('u').reaped).toEqual([
      { id: session.id, cause: 'transport-closed' },
    ]);
    expect(house.layer.find(session.id)).toBeNull();
    expect(house.causes).toEqual(['transport-closed']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
    ['never resolves', () => new Promise<void>(() => {})],
  ])(
    'FM-10 frees the slot before a closing hook that %s, counts it once and names the session',
    async (_how, closed) => {
      const house = new House({ hookTimeoutMs: 2_000 }, { hooks: { onClose: closed } });
      const { session, socket } = house.connect('u');
      socket.leave();
      expect(house.layer.count('u')).toBe(0);
      await house.clock.settle(2_100);
      expect(house.faultsOf('hook')).toBe(1);
      expect(house.told('fault')).toMatchObject([{ where: 'hook', session: session.id }]);
    },
  );

  test('FM-11 ends nine dead sessions at once although closing the first hangs or throws', async () => {
    const house = new House({ cleanupIntervalMs: 30_000 });
    const connections = Array.from({ length: 10 }, (_, index) => house.connect(`u${index}`));
    for (const { socket } of connections) socket.claimed = 'closed';
    connections[0]!.socket.isFrozen = true;
    connections[1]!.socket.throwing.add('close').add('terminate');
    const before = house.clock.nowMs();
    const reap = house.layer.reapAll();
    await house.clock.settle(50);
    expect((await reap).reaped).toHaveLength(10);
    expect(house.clock.nowMs() - before).toBeLessThanOrEqual(100);
    expect(house.layer.gauges().sessions).toBe(0);
    house.clock.advance(lingerMs + 100);
    expect(house.layer.gauges().lingering).toBe(0);
    expect(house.faultsOf('socket')).toBeGreaterThan(0);
  });

  test('FM-13 sends each client its own events and none of the others', () => {
    const house = new House();
    const users = ['a', 'b', 'c'];
    const sockets = users.map((user) => house.connect(user).socket);
    for (let number = 0; number < 10; number += 1)
      for (const user of users) house.layer.publish(user, { event: `${user}${number}` });
    users.forEach((user, index) => {
      expect(eventsOn(sockets[index]!)).toEqual(
        Array.from({ length: 10 }, (_, number) => `${user}${number}`),
      );
    });
  });

  test('FM-14 I5 keeps nothing of a hundred thousand users once they have left and their logs have aged', async () => {
    const house = new House({
      resumeWindowMs: 1_000,
      cleanupIntervalMs: 3_000,
      userConnectRate: { perSecond: 20, burst: 200 },
    });
    const visit = (name: string, users: number): void => {
      for (let user = 0; user < users; user += 1) {
        const { socket } = house.connect(`${name}${user}`);
        if (user % 10 === 0) house.layer.publish(`${name}${user}`, { event: 'e' });
        socket.leave();
      }
      house.clock.advance(5_000);
      house.events.length = 0;
    };
    visit('warm', 50_000);
    await settled();
    gc?.();
    const before = process.memoryUsage().heapUsed;
    visit('u', 50_000);
    visit('v', 50_000);
    await settled();
    gc?.();
    const after = process.memoryUsage().heapUsed;
    expect(house.layer.gauges()).toMatchObject({
      sessions: 0,
      users: 0,
      logs: 0,
      logBytes: 0,
      lingering: 0,
      waiting: 0,
    });
    expect(house.clock.timerCount).toBe(1);
    expect(after / before).toBeLessThan(1.05);
  });
});
