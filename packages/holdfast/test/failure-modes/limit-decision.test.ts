import { describe, expect, test } from 'vitest';
import { closeCauses } from '../../src/protocol/close-causes.ts';
import { framesOn, House, settled } from '../sessions/house.ts';

describe('the decision about the limit', () => {
  test('FM-16 lets the sixth in at once when five transports are closed, without a word of it having come', () => {
    const house = new House();
    const ghosts = house.fill('u', 5);
    for (const { socket } of ghosts) socket.claimed = 'closed';
    house.clock.advance(1);
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.causes).toEqual(Array.from({ length: 5 }, () => 'transport-closed'));
    expect(house.layer.count('u')).toBe(1);
  });

  test('FM-16 takes only the closed ones for dead', () => {
    const house = new House();
    const five = house.fill('u', 5);
    five[2]!.socket.claimed = 'closed';
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.told('closed').map(({ session }) => session)).toEqual([five[2]!.session.id]);
  });

  test.each([1, 2, 5, 20])(
    'FM-17 I3 behaves the same at a limit of %i: all late, the next gets in',
    (limit) => {
      const house = new House({ maxSessionsPerUser: limit });
      const ghosts = house.fill('u', limit);
      for (const { socket } of ghosts) socket.isFrozen = true;
      house.clock.advance(5_000 + 1_100);
      expect(house.layer.count('u')).toBe(limit);
      expect(house.knock('u').outcome).toBe('opened');
      expect(house.causes).toEqual(Array.from({ length: limit }, () => 'no-pong'));
    },
  );

  test('FM-18 gives one answer to whoever asks for the limit, also when it changes at run time', async () => {
    const house = new House({ maxSessionsPerUser: 5 });
    const limits = (user: string): unknown[] => {
      const { socket } = house.connect(user);
      const told = framesOn(socket, 'ready')[0]!['limit'];
      socket.leave();
      return [told, house.layer.limitOf(user)];
    };
    expect(limits('u')).toEqual([5, 5]);
    expect(house.layer.settings.maxSessionsPerUser).toBe(5);
    house.layer.setLimit('u', 2);
    expect(limits('u')).toEqual([2, 2]);
    house.fill('u', 2);
    const late = house.knock('u');
    house.clock.advance(50);
    await settled();
    expect(late.outcome).toBe('refused');
    expect(house.told('refused')[0]).toMatchObject({ limit: 2 });
    expect(house.told('limitSet')).toEqual([{ type: 'limitSet', user: 'u', limit: 2 }]);
    expect(limits('v')).toEqual([5, 5]);
    house.layer.setLimit('u', null);
    expect(house.layer.limitOf('u')).toBe(5);
  });

  test('FM-19 I10 refuses nobody without having looked, and says what it saw', async () => {
    const house = new House();
    house.fill('u', 5);
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(50);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(house.told('pressureReaped')).toEqual([
      { type: 'pressureReaped', user: 'u', examined: 5, found: 0, freed: 0 },
    ]);
    expect(house.told('refused')).toMatchObject([
      { reason: 'user-limit', limit: 5, examined: 5, reaped: 0, live: 5 },
    ]);
  });

  test('FM-20 I1 lets in exactly one of fifty in the same tick, with slow steps before and within', async () => {
    const house = new House({}, { hooks: { opened: () => Promise.resolve() } });
    house.fill('u', 4);
    await house.clock.settle(1_500);
    let most = 0;
    house.layer.subscribe(() => {
      most = Math.max(most, house.layer.count('u'));
    });
    const attempts = Array.from({ length: 50 }, async () => {
      await settled();
      return house.layer.admit({ userId: 'u', socket: house.socket() });
    });
    await settled();
    await house.clock.settle(1_200);
    const outcomes = (await Promise.all(attempts)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(49);
    expect(most).toBe(5);
  });

  test('FM-21 I8 counts users by their whole name', () => {
    const house = new House();
    house.fill('12', 5);
    expect(house.layer.count('1')).toBe(0);
    house.connect('1');
    expect(house.layer.count('1')).toBe(1);
  });

  test('FM-22 opens nothing without an identity', () => {
    const house = new House();
    for (const userId of [undefined, null, '', 0, {}])
      expect(() => house.layer.open({ userId: userId as string })).toThrow('`userId`');
    expect(house.layer.gauges().sessions).toBe(0);
  });

  test('FM-24 names an instant that comes nearer with every retry and lets in who comes then', () => {
    const house = new House({
      maxSessionsPerUser: 1,
      pingTimeoutMs: 60_000,
      maxUnconfirmedBytes: 1024 * 1024,
    });
    const { socket } = house.connect('u');
    socket.isFrozen = true;
    house.layer.publish('u', { event: 'big', data: 'x'.repeat(300_000) });
    const told: number[] = [];
    const knockAt = (): number => house.clock.nowMs();
    const first = knockAt();
    let inAt = 0;
    for (let attempt = 0; attempt < 12 && inAt === 0; attempt += 1) {
      const knock = house.knock('u');
      house.clock.advance(1_100);
      if (house.layer.count('u') === 1 && knock.socket.owner === house.layer.sessionsOf('u')[0])
        inAt = knockAt();
      const retry = house.told('refused').at(-1)?.retryAfterMs;
      if (retry !== undefined && inAt === 0) told.push(retry);
    }
    expect(inAt).toBeGreaterThan(first);
    expect(told.length).toBeGreaterThan(3);
    for (let index = 1; index < told.length; index += 1)
      expect(told[index]!).toBeLessThan(told[index - 1]!);
    expect(house.causes[0]).toBe('no-pong');
  });

  test('FM-24 gives no instant when all are proven alive', async () => {
    const house = new House();
    house.fill('u', 5);
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(50);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(knock.socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
  });

  test('FM-25 answers one attempt with one hit, one reap and one word, within a round trip', async () => {
    const house = new House();
    house.fill('u', 5, { roundTripMs: 40 });
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(90);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(house.stats).toMatchObject({ resource_limit_hits: 1, emergency_cleanup_triggers: 1 });
    expect(house.told('refused')).toHaveLength(1);
    expect(house.told('refused')[0]!.waitedMs).toBeLessThan(100);
  });

  test('FM-26 hands out a registered session or a refusal, and nothing else', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u');
    house.clock.advance(2_000);
    const attempt = house.layer.admit({ userId: 'u', socket: house.socket() });
    house.clock.advance(50);
    const outcome = await attempt;
    expect(outcome).not.toHaveProperty('session');
    const opened = await house.layer.admit({ userId: 'v', socket: house.socket() });
    if (opened.outcome !== 'opened') throw new Error('expected a slot');
    expect(house.layer.find(opened.session.id)).toBe(opened.session);
    expect(opened.session.userId).toBe('v');
  });

  test('FM-27 closes the socket of whoever is refused, with a code and a reason for programs', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u');
    house.clock.advance(2_000);
    const knock = house.knock('u');
    house.clock.advance(50);
    await settled();
    expect(knock.socket.written).toEqual([]);
    expect(knock.socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
    knock.socket.isFrozen = true;
    house.clock.advance(2_100);
    expect(knock.socket.isTerminated).toBe(true);
  });

  test('FM-28 names the limit and the numbers, and nothing of the inside', async () => {
    const house = new House({ maxSessionsPerUser: 2 });
    house.fill('secret-user', 2);
    house.clock.advance(2_000);
    const attempt = house.layer.admit({ userId: 'secret-user' });
    house.clock.advance(50);
    const outcome = await attempt;
    if (outcome.outcome !== 'refused') throw new Error('expected a refusal');
    expect(outcome.refusal).toMatchObject({
      reason: 'user-limit',
      limit: 2,
      live: 2,
      examined: 2,
      reaped: 0,
    });
    expect(closeCauses['user-limit'].code).toBe(4429);
    expect(JSON.stringify(outcome.refusal)).not.toContain('secret-user');
  });

  test('FM-92 lists what stands in the way of a refused newcomer, with the evidence', async () => {
    const house = new House({ maxSessionsPerUser: 3, probeTimeoutMs: 1_000 });
    const live = house.connect('u');
    const frozen = house.connect('u');
    const pending = house.layer.open({ userId: 'u' });
    if (pending.outcome !== 'opened') throw new Error('expected a slot');
    frozen.socket.isFrozen = true;
    house.layer.publish('u', { event: 'big', data: 'x'.repeat(100_000) });
    house.clock.advance(2_000);
    const attempt = house.layer.admit({ userId: 'u' });
    house.clock.advance(1_100);
    const outcome = await attempt;
    if (outcome.outcome !== 'refused') throw new Error('expected a refusal');
    const { blocking, retryAfterMs } = outcome.refusal;
    expect(blocking).toHaveLength(3);
    expect(blocking[0]).toMatchObject({ id: live.session.id, state: 'live', transport: 'open' });
    expect(blocking[0]!.silentMs).toBeLessThan(1_100);
    expect(blocking[1]!.pingOutMs).toBeGreaterThanOrEqual(1_000);
    expect(blocking[1]).toMatchObject({ id: frozen.session.id, silentMs: blocking[1]!.ageMs });
    expect(blocking[2]).toMatchObject({
      id: pending.session.id,
      state: 'opening',
      transport: 'unknown',
    });
    expect(retryAfterMs).toBeGreaterThan(0);
  });

  test('A4 ends three dead of five and no other, and counts three', () => {
    const house = new House();
    const five = house.fill('u', 5);
    for (const { socket } of five.slice(0, 3)) socket.isFrozen = true;
    house.clock.advance(6_200);
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.told('closed').map(({ session }) => session)).toEqual(
      five.slice(0, 3).map(({ session }) => session.id),
    );
    expect(house.stats).toMatchObject({
      successful_emergency_cleanups: 1,
      failed_emergency_cleanups: 0,
      managers_cleaned_up: 3,
    });
  });

  test('A12 ends nobody when the limit is lowered, and lets in at once when it is raised', async () => {
    const house = new House();
    const five = house.fill('u', 5);
    house.clock.advance(2_000);
    house.layer.setLimit('u', 3);
    expect(house.layer.count('u')).toBe(5);
    for (const { socket } of five.slice(0, 2)) {
      const knock = house.knock('u');
      house.clock.advance(100);
      await settled();
      expect(knock.outcome).toBe('refused');
      socket.leave();
      house.clock.advance(2_000);
    }
    expect(house.layer.count('u')).toBe(3);
    five[2]!.socket.leave();
    expect(house.knock('u').outcome).toBe('opened');
    house.clock.advance(2_000);
    for (const session of house.layer.sessionsOf('u'))
      (session.socket as ReturnType<House['socket']>).isFrozen = true;
    const waiting = house.knock('u');
    expect(waiting.outcome).toBe('waiting');
    house.layer.setLimit('u', 4);
    await settled();
    expect(waiting.outcome).toBe('opened');
    expect(house.causes).toEqual(['client-close', 'client-close', 'client-close']);
  });
});

describe('the eviction of the living', () => {
  test('FM-29 keeps the five and refuses the sixth for good by default', async () => {
    const house = new House();
    const five = house.fill('u', 5);
    for (let second = 0; second < 60; second += 10) {
      const sixth = house.knock('u');
      house.clock.advance(10_000);
      await settled();
      expect(sixth.outcome).toBe('refused');
      expect(sixth.socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
    }
    expect(five.every(({ session }) => session.state === 'live')).toBe(true);
    expect(house.causes).toEqual([]);
  });

  test('FM-29 evicts at most one a minute when asked to, the oldest, with a code that says stop', async () => {
    const house = new House({ onLimit: 'evict-oldest' });
    const five = house.fill('u', 5);
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const knock = house.knock('u');
      house.clock.advance(10_000);
      await settled();
      outcomes.push(knock.outcome);
    }
    expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(2);
    expect(outcomes[0]).toBe('opened');
    expect(house.causes).toEqual(['evicted', 'evicted']);
    for (const { socket } of five.slice(0, 2))
      expect(socket.closes).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect(closeCauses.evicted.client).toBe('stop');
    expect(house.metrics.evictions).toBe(2);
  });

  test('G6 holds a hostile second device to its rate and evicts nobody alive for it', async () => {
    const house = new House({ userConnectRate: { perSecond: 20, burst: 200 } });
    const five = house.fill('u', 5);
    let turnedAway = 0;
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      house.knock('u');
      house.clock.advance(10);
      if (attempt % 100 === 0) await settled();
    }
    for (const { reason, retryAfterMs } of house.told('refused')) {
      if (reason !== 'rate') continue;
      turnedAway += 1;
      expect(retryAfterMs).toBeGreaterThan(0);
    }
    expect(turnedAway).toBeGreaterThan(500);
    expect(house.metrics.opened).toBe(5);
    expect(five.every(({ session }) => session.state === 'live')).toBe(true);
    const other = house.knock('v');
    expect(other.outcome).toBe('opened');
  });
});
