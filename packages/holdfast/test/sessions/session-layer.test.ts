import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { eventsOn, House, settled, expectEmpty } from './house.ts';

describe('the session layer', () => {
  test('shows a session as it is', () => {
    const house = new House();
    const { session, socket } = house.connect('u', { device: 'Firefox', extra: { tenant: 1 } });
    const openedAt = house.clock.epochMs();
    house.layer.publish('u', { event: 'e' });
    house.clock.advance(7_000);
    expect(house.layer.view(session)).toEqual({
      id: session.id,
      user: 'u',
      state: 'live',
      device: 'Firefox',
      openedAt,
      lastInboundMs: 7_000,
      pingOutMs: null,
      unconfirmedBytes: session.unconfirmedBytes,
      offset: 1,
      acked: 0,
    });
    expect(session.extra).toEqual({ tenant: 1 });
    socket.isFrozen = true;
    house.clock.advance(20_000);
    expect(house.layer.view(session).pingOutMs).toBe(27_000 - 25_000);
  });

  test('attaches a socket to a session that was opened without one', () => {
    const house = new House();
    const admission = house.layer.open({ userId: 'u' });
    if (admission.outcome !== 'opened') throw new Error('expected a slot');
    house.layer.publish('u', { event: 'early' });
    house.clock.advance(5_000);
    const socket = house.socket();
    expect(house.layer.gauges()).toMatchObject({ sessions: 1, opening: 1 });
    expect(house.layer.attach(admission.session, socket)).toBe(true);
    expect(house.layer.gauges()).toMatchObject({ sessions: 1, opening: 0 });
    expect(eventsOn(socket)).toEqual(['early']);
    house.clock.advance(60_000);
    expect(admission.session.state).toBe('live');
  });

  test('calls it a mistake to attach twice, or to a session that is over', () => {
    const house = new House();
    const { session } = house.connect('u');
    expect(() => house.layer.attach(session, house.socket())).toThrow(UsageError);
    expect(() => house.layer.attach(session, house.socket())).toThrow('one that is live');
    house.layer.close(session.id);
    expect(() => house.layer.attach(session, house.socket())).toThrow('one that is closed');
    expect(house.layer.count('u')).toBe(0);
  });

  test('measures our work on a newcomer apart from its waiting', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const startedAtMs = house.clock.nowMs();
    house.clock.advance(30);
    house.layer.open({
      userId: 'u',
      socket: Object.assign(house.socket(), { isFrozen: true }),
      startedAtMs,
    });
    expect(house.told('opened')[0]).toMatchObject({ workMs: 30, waitedMs: 0 });
    house.clock.advance(2_000);
    house.knock('u');
    house.clock.advance(1_150);
    await settled();
    expect(house.told('opened')[1]!.waitedMs).toBeGreaterThanOrEqual(1_000);
    expect(house.told('opened')[1]!.workMs).toBe(0);
    expect(house.stats.creation_latency_ms.max).toBe(30);
    expect(house.stats.admission_wait_ms.max).toBeGreaterThanOrEqual(1_000);
  });

  test('I5 shuts down: closes everybody at once, and resolves with nothing left', async () => {
    const house = new House();
    const sockets = house.fill('u', 5).map(({ socket }) => socket);
    sockets[0]!.isFrozen = true;
    house.layer.publish('v', { event: 'e' });
    const shutdown = house.layer.shutdown();
    expect(house.layer.count('u')).toBe(0);
    expect(sockets.map(({ closes }) => closes)).toEqual(
      Array.from({ length: 5 }, () => [{ code: 1012, reason: '{"r":"drain"}' }]),
    );
    await house.clock.settle(3_000);
    await shutdown;
    expect(sockets.every(({ isTerminated }) => isTerminated)).toBe(true);
    expectEmpty(house);
    expect(house.layer.open({ userId: 'u' })).toMatchObject({
      outcome: 'refused',
      refusal: { reason: 'draining' },
    });
  });

  test('draws a node name of its own, and runs on the real clock', async () => {
    const [one, two] = [new SessionLayer(), new SessionLayer()];
    expect(one.node).toMatch(/^[0-9a-z]{12,}$/);
    expect(one.node).not.toBe(two.node);
    const outcome = await one.admit({ userId: 'u' });
    expect(outcome.outcome).toBe('opened');
    expect(one.health().status).toBe('ok');
    await Promise.all([one.shutdown(), two.shutdown()]);
    expect(one.gauges().sessions).toBe(0);
  });

  test('I8 keeps what one user is sent, counted and closed apart from every other', () => {
    const house = new House();
    const users = Array.from({ length: 20 }, (_, index) => `u${index}`);
    const all = users.map((user) => house.fill(user, 3));
    for (const user of users) house.layer.publish(user, { event: `for ${user}` });
    house.layer.closeUser('u1');
    house.layer.setLimit('u2', 1);
    users.forEach((user, index) => {
      for (const { socket } of all[index]!) expect(eventsOn(socket)).toEqual([`for ${user}`]);
      expect(house.layer.count(user)).toBe(user === 'u1' ? 0 : 3);
      expect(house.layer.limitOf(user)).toBe(user === 'u2' ? 1 : 5);
    });
  });

  test.each(['', 'a b', 'a"b', 'a-b', 'x'.repeat(65)])(
    'is not named %j: a name stands in frames as it is',
    (node) => {
      expect(() => new House({}, { node })).toThrow(
        'Expected `node` to be 1 to 64 letters and digits',
      );
    },
  );
});
