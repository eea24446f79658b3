import { describe, expect, test } from 'vitest';
import { House } from './house.ts';

describe('the sweep', () => {
  test('runs at each interval of its environment and tells what it did', () => {
    const house = new House({ environment: 'test' });
    house.fill('u', 3);
    house.clock.advance(95_000);
    expect(house.told('swept')).toEqual(
      Array.from({ length: 3 }, () => ({
        type: 'swept',
        examined: 3,
        reaped: 0,
        drift: 0,
        tookMs: 0,
      })),
    );
    expect(house.layer.health().cleanup).toEqual({
      running: true,
      lastRunMsAgo: 5_000,
      intervalMs: 30_000,
      failures: 0,
    });
  });

  test('says nothing of a last run before the first', () => {
    expect(new House().layer.health().cleanup).toEqual({
      running: true,
      intervalMs: 300_000,
      failures: 0,
    });
  });

  test('has one run for all who ask while it is under way', async () => {
    const house = new House();
    for (let user = 0; user < 3_000; user += 1) house.connect(`u${user}`).socket.claimed = 'closed';
    const look = house.clock.nowMs.bind(house.clock);
    let looks = 0;
    house.clock.nowMs = () => look() + (looks += 1);
    const [one, two] = [house.layer.reapAll(), house.layer.reapAll()];
    await house.clock.settle(200, 5);
    expect((await one).reaped).toHaveLength(3_000);
    expect((await two).reaped).toHaveLength(3_000);
    expect(house.told('swept')).toHaveLength(1);
  });

  test('audits each session: its place, its deadline and its socket', () => {
    const house = new House({ environment: 'test' });
    const { session, socket } = house.connect('u');
    session.timer = -1;
    house.clock.advance(30_100);
    expect(house.told('swept').at(-1)).toMatchObject({ drift: 1 });
    expect(house.layer.health().faults).toMatchObject([{ where: 'registry' }]);
    expect(house.layer.health().faults[0]!.error).toContain('deadline');
    socket.isFrozen = true;
    house.clock.advance(60_000);
    expect(house.causes).toEqual(['no-pong']);
  });

  test('I5 has other rooms forget what they need no longer', () => {
    const house = new House({
      environment: 'test',
      onLimit: 'evict-oldest',
      maxSessionsPerUser: 1,
    });
    house.connect('u');
    house.knock('u');
    house.clock.advance(100);
    expect(house.metrics.evictionsByPolicy.get('evict-oldest')).toBe(1);
    house.clock.advance(58_900);
    house.knock('u');
    house.clock.advance(1_000);
    expect(house.metrics.evictionsByPolicy.get('evict-oldest')).toBe(1);
    house.clock.advance(40_000);
    house.knock('u');
    house.clock.advance(1_000);
    expect(house.metrics.evictionsByPolicy.get('evict-oldest')).toBe(2);
  });
});
