import { describe, expect, test } from 'vitest';
import { closeCauses } from '../../src/protocol/close-causes.ts';
import { House, type Knock, settled } from '../sessions/house.ts';

/** One more than the limit comes to the door of a user whose sessions all live and answer. */
async function knockInVain(house: House): Promise<Knock> {
  house.fill('u', house.layer.limitOf('u'));
  house.clock.advance(2_000);
  const knock = house.knock('u');
  house.clock.advance(50);
  await settled();
  expect(knock.outcome).toBe('refused');
  return knock;
}

describe('a refusal at the limit', () => {
  test('FM-19 I10 refuses nobody without having looked, and says what it saw', async () => {
    const house = new House();
    await knockInVain(house);
    expect(house.told('pressureReaped')).toEqual([
      { type: 'pressureReaped', user: 'u', examined: 5, found: 0, freed: 0 },
    ]);
    expect(house.told('refused')).toMatchObject([
      { reason: 'user-limit', limit: 5, examined: 5, reaped: 0, live: 5 },
    ]);
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
    const knock = await knockInVain(new House());
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

  test('FM-27 closes the socket of whoever is refused, with a code and a reason for programs', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const knock = await knockInVain(house);
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
});
