import { describe, expect, test } from 'vitest';
import { House, settled } from '../sessions/house.ts';

describe('the numbers', () => {
  test('FM-15 I1 counts what is there after each of a million steps', () => {
    const house = new House({ maxSessionsPerUser: 4 });
    const users = Array.from({ length: 8 }, (_, index) => `u${index}`);
    const held = users.map((user): string[] => {
      house.layer.setLimit(user, 4);
      return [];
    });
    let state = 12_345;
    let total = 0;
    let wrong = 0;
    for (let step = 0; step < 1_000_000; step += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const who = (state >>> 16) % users.length;
      const user = users[who]!;
      const ids = held[who]!;
      if (((state >>> 10) & 1) === 0 && ids.length < 4) {
        const admission = house.layer.open({ userId: user });
        if (admission.outcome !== 'opened') throw new Error('expected a slot');
        ids.push(admission.session.id);
        total += 1;
      } else if (ids.length > 0) {
        const id = ids.shift()!;
        if (!house.layer.close(id) || house.layer.close(id)) wrong += 1;
        total -= 1;
      }
      if (house.layer.count(user) !== ids.length) wrong += 1;
      if (step % 1_000 !== 0) continue;
      house.events.length = 0;
      if (
        house.layer.gauges().sessions !== total ||
        house.metrics.opened - house.metrics.closed !== total
      )
        wrong += 1;
    }
    expect(wrong).toBe(0);
  });

  test('FM-65 I6 says how many it reaped of all users: two, then none, and seven stay', async () => {
    const house = new House(
      {},
      {
        hooks: {
          onClose: () => {
            throw new Error('a hook of the application');
          },
        },
      },
    );
    const nine = Array.from({ length: 9 }, (_, index) => house.connect(`u${index}`));
    nine[2]!.socket.claimed = 'closed';
    nine[6]!.socket.claimed = 'closed';
    const reapAll = async (): Promise<{ reaped: number; kept: number }> => {
      const reap = house.layer.reapAll();
      await house.clock.settle(50);
      const { reaped, kept } = await reap;
      return { reaped: reaped.length, kept };
    };
    expect(await reapAll()).toEqual({ reaped: 2, kept: 7 });
    expect(await reapAll()).toEqual({ reaped: 0, kept: 7 });
    expect(house.faultsOf('hook')).toBe(2);
    expect(house.told('reaped')).toEqual([
      { type: 'reaped', scope: 'all', cleaned: 2, kept: 7 },
      { type: 'reaped', scope: 'all', cleaned: 0, kept: 7 },
    ]);
  });

  test('FM-65 names the one it could not look at instead of hiding it in a number', async () => {
    const house = new House();
    const { session, socket } = house.connect('p');
    socket.throwing.add('transport');
    house.connect('u').socket.claimed = 'closed';
    const reap = house.layer.reapAll();
    await house.clock.settle(50);
    expect(await reap).toMatchObject({ reaped: [{}], kept: 0, failed: [{ id: session.id }] });
  });

  test('FM-66 reaps only the dead of one user, closes all of them, and says how many each time', () => {
    const house = new House();
    const five = house.fill('u', 5);
    house.fill('v', 5);
    for (const { socket } of five.slice(0, 2)) socket.claimed = 'closed';
    expect(house.layer.reapUser('u').reaped).toHaveLength(2);
    expect(house.layer.count('u')).toBe(3);
    expect(house.layer.closeUser('u', { cause: 'revoked', note: 'by hand' })).toHaveLength(3);
    expect(house.layer.count('u')).toBe(0);
    for (const { socket } of five.slice(2))
      expect(socket.closes).toEqual([{ code: 4401, reason: '{"r":"revoked"}' }]);
    expect(house.layer.closeUser('u')).toEqual([]);
    expect(house.layer.count('v')).toBe(5);
    expect(house.told('closed').filter(({ note }) => note === 'by hand')).toHaveLength(3);
  });

  test('FM-66 spares the sessions it is told to spare', () => {
    const house = new House();
    const [first, second] = house.fill('u', 2);
    expect(house.layer.closeUser('u', { exclude: [first!.session.id] })).toEqual([
      second!.session.id,
    ]);
    expect(house.layer.sessionsOf('u')).toEqual([first!.session]);
  });

  test('FM-67 counts each hit, and each reap by what it came to', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    for (let hit = 0; hit < 100; hit += 1) {
      const { socket } = house.connect(`u${hit}`);
      if (hit < 97) socket.claimed = 'closed';
    }
    house.clock.advance(2_000);
    for (let hit = 0; hit < 100; hit += 1) house.knock(`u${hit}`);
    house.clock.advance(50);
    await settled();
    const { stats } = house;
    expect(stats).toMatchObject({
      resource_limit_hits: 100,
      emergency_cleanup_triggers: 100,
      successful_emergency_cleanups: 97,
      failed_emergency_cleanups: 0,
      managers_cleaned_up: 97,
    });
  });

  test('FM-67 counts who joins a round under way as a hit only', async () => {
    const house = new House({ maxSessionsPerUser: 2 });
    for (const { socket } of house.fill('u', 2)) socket.isFrozen = true;
    house.clock.advance(2_000);
    const two = [house.knock('u'), house.knock('u')];
    house.clock.advance(1_150);
    await settled();
    expect(two.map(({ outcome }) => outcome)).toEqual(['opened', 'opened']);
    expect(house.stats).toMatchObject({
      resource_limit_hits: 2,
      emergency_cleanup_triggers: 1,
      successful_emergency_cleanups: 1,
    });
  });

  test('FM-68 FM-69 reads age, average and peak from what is there, not from what was written at creation', () => {
    const house = new House();
    house.connect('old');
    house.clock.advance(18_000_000);
    const nine = [3, 2, 2, 2].flatMap((count, index) => house.fill(`u${index}`, count));
    nine[0]!.socket.leave();
    house.clock.advance(1_000);
    expect(house.stats).toMatchObject({
      managers_active: 9,
      oldest_manager_age_ms: 18_001_000,
      average_managers_per_user: 1.8,
      max_concurrent_managers: 10,
    });
  });

  test('FM-68 has every gauge equal to a recount at any step of a run of many', () => {
    const house = new House({ maxSessionsPerUser: 3 });
    let state = 7;
    for (let step = 0; step < 3_000; step += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const user = `u${(state >>> 16) % 5}`;
      const sessions = house.layer.sessionsOf(user);
      if (sessions.length < 3 && (state & 0x4000) !== 0) house.connect(user);
      else sessions[0]?.socket?.terminate();
      house.clock.advance(1);
      const all = [...house.layer.sessions()];
      const users = new Map<string, number>();
      for (const { userId } of all) users.set(userId, (users.get(userId) ?? 0) + 1);
      const gauges = house.layer.gauges();
      expect(gauges).toMatchObject({
        sessions: all.length,
        users: users.size,
        usersAtLimit: [...users.values()].filter((count) => count >= 3).length,
      });
      expect(house.stats.managers_created - house.metrics.closed).toBe(all.length);
    }
  });

  test('FM-70 I6 opens and closes a thousand sessions past observers that throw, and counts each throw', () => {
    const house = new House();
    let thrown = 0;
    const throwing = (): void => {
      thrown += 1;
      throw new Error('an observer');
    };
    for (let observer = 0; observer < 3; observer += 1) house.layer.subscribe(throwing);
    for (let number = 0; number < 1_000; number += 1) house.connect('u').socket.leave();
    expect(house.metrics.opened).toBe(1_000);
    expect(house.metrics.closed).toBe(1_000);
    expect(house.faultsOf('listener')).toBe(thrown);
    expect(thrown).toBeGreaterThanOrEqual(6_000);
    expect(house.told('fault')).toHaveLength(1);
    expect(house.layer.health().faults).toMatchObject([
      { where: 'listener', error: 'Error: an observer' },
    ]);
    expect(house.layer.health().status).toBe('ok');
  });

  test('FM-71 is well with many sessions and with a user at the limit, and degraded without the sweep', () => {
    const house = new House({ environment: 'test' });
    for (let user = 0; user < 50; user += 1) house.fill(`u${user}`, 5);
    house.clock.advance(31_000);
    expect(house.layer.health()).toMatchObject({ status: 'ok', faults: [] });
    expect(house.layer.gauges()).toMatchObject({ sessions: 250, usersAtLimit: 50 });
    house.clock.loseTimers();
    house.clock.advance(36_000);
    expect(house.layer.health().status).toBe('degraded');
    const one = new House();
    one.fill('u', 5);
    one.connect('v');
    expect(one.layer.health().status).toBe('ok');
    expect(one.stats.users_at_manager_limit).toBe(1);
  });

  test('FM-72 I9 changes nothing by being read a thousand times', () => {
    const house = new House();
    for (let user = 0; user < 50; user += 1) house.fill(`u${user}`, 5);
    house.clock.advance(7_000);
    const sight = (): string =>
      JSON.stringify([...house.layer.sessions()].map((session) => house.layer.view(session)));
    const before = sight();
    const told = house.events.length;
    for (let scrape = 0; scrape < 1_000; scrape += 1) {
      house.layer.health();
      expect(house.stats.managers_active).toBe(250);
    }
    expect(sight()).toBe(before);
    expect(house.events).toHaveLength(told);
    expect(house.metrics.opened).toBe(250);
  });

  test('FM-73 has one standing fault for a place, however often its text changes', () => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.throwing.add('send');
    for (const users of [1, 3, 4, 0]) {
      house.layer.publish('u', { event: `users at the limit: ${users}` });
      house.clock.advance(5_000);
    }
    expect(house.layer.health().faults).toHaveLength(1);
    expect(house.told('fault')).toHaveLength(1);
    socket.throwing.clear();
    house.clock.advance(61_000);
    expect(house.layer.health().faults).toEqual([]);
  });

  test('FM-38 tells when a session was opened and how old it is, though the process was stopped for an hour', () => {
    const house = new House();
    const { session } = house.connect('u');
    house.clock.advance(100);
    const { openedAt } = house.layer.view(session);
    house.clock.stall(3_600_000);
    house.clock.advance(100);
    expect(house.layer.view(session).openedAt).toBe(openedAt);
    expect(house.stats.oldest_manager_age_ms).toBe(3_600_200);
    house.layer.close(session.id);
    expect(house.told('closed')[0]!.ageMs).toBe(3_600_200);
  });

  test('FM-43 counts as kept who is there after a reap, not who was before', () => {
    const house = new House();
    const [dead] = house.fill('u', 3);
    dead!.socket.claimed = 'closed';
    house.layer.subscribe(({ type }) => {
      if (type === 'closed') house.layer.closeUser('u');
    });
    expect(house.layer.reapUser('u')).toMatchObject({ kept: 0 });
  });
});
