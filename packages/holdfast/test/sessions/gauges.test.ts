import { describe, expect, test } from 'vitest';
import { surveySeedStats } from '../../src/telemetry/seed-stats.ts';
import { House, slowed } from './house.ts';

describe('gauges of many sessions', () => {
  test('FM-68 are the same in slices and at once, where nothing changes', async () => {
    const house = new House({ maxSessionsPerUser: 3 });
    for (let user = 0; user < 1_000; user += 1) house.fill(`u${user}`, 1 + (user % 3));
    house.clock.advance(5_000);
    const polls = slowed(house, 1);
    const survey = house.layer.survey();
    await house.clock.settle(50, 5);
    const { oldestMs, unconfirmedBytes, ...surveyed } = await survey;
    expect(polls()).toBeGreaterThan(1);
    const { oldestMs: _, unconfirmedBytes: __, ...atOnce } = house.layer.gauges();
    expect(surveyed).toEqual(atOnce);
    expect(surveyed).toMatchObject(house.layer.counts());
    expect(surveyed).toMatchObject({ sessions: 1_999, users: 1_000, usersAtLimit: 333 });
    expect([oldestMs >= 5_000, unconfirmedBytes > 0]).toEqual([true, true]);
  });

  test('FM-68 are surveyed to the end while everybody leaves and others come', async () => {
    const house = new House();
    const sockets = Array.from({ length: 1_000 }, (_, index) => house.connect(`u${index}`).socket);
    slowed(house, 1);
    const survey = house.layer.survey();
    for (const socket of sockets) socket.leave();
    for (let user = 0; user < 10; user += 1) house.connect(`late${user}`);
    await house.clock.settle(50, 5);
    expect(await survey).toMatchObject({ sessions: 10, users: 10, opening: 0, overdue: 0 });
  });

  test('FM-68 agree with what events have told, where somebody comes as they are surveyed', async () => {
    const house = new House();
    house.fill('u', 3);
    const survey = surveySeedStats(house.layer, house.metrics, () => house.clock.nowMs());
    house.fill('v', 2);
    expect(await survey).toMatchObject({ managers_active: 5, managers_created: 5 });
  });
});
