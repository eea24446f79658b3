import { FakeSocket } from 'holdfast/testing';
import { describe, expect, test } from 'vitest';
import { type Made, seeded, Workshop } from '../manager-factory/workshop.ts';

const startLine = '✅ Background cleanup task started successfully';
const successLine = '✅ Emergency cleanup successful - proceeding with manager creation';

describe('TestWebSocketManagerFactoryFiveWhysFix', () => {
  test('test_emergency_cleanup_triggers_before_limit_reached: the dead make room before anybody hears of a limit (FM-16 FM-19 A4)', async () => {
    const shop = new Workshop();
    const five = await shop.fill('u', 5);
    shop.freeze(five.slice(0, 3));
    const before = shop.clock.nowMs();
    await shop.make('u');
    expect(shop.clock.nowMs()).toBe(before);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      resource_limit_hits: 1,
      emergency_cleanup_triggers: 1,
      successful_emergency_cleanups: 1,
      failed_emergency_cleanups: 0,
      managers_cleaned_up: 3,
      managers_active: 3,
    });
    expect(shop.told('closed').map(({ cause }) => cause)).toEqual([
      'no-pong',
      'no-pong',
      'no-pong',
    ]);
    expect(five.map(({ manager }) => manager.state)).toEqual([
      'closed',
      'closed',
      'closed',
      'live',
      'live',
    ]);
    expect(shop.countLines(successLine)).toBe(1);
  });

  test('test_emergency_cleanup_triggers_before_limit_reached: no limit error without a recorded pass, and no living manager removed (FM-19 FM-45)', async () => {
    const shop = new Workshop();
    const five = await shop.fill('u', 5);
    shop.clock.advance(60_000);
    const error = await shop.askInVain('u');
    expect(error).toMatchObject({ limit: 5, live: 5, examined: 5, reaped: 0 });
    expect(shop.factory.getFactoryStats()).toMatchObject({
      resource_limit_hits: 1,
      emergency_cleanup_triggers: 1,
      successful_emergency_cleanups: 0,
      failed_emergency_cleanups: 0,
    });
    expect(five.every(({ manager }) => manager.state === 'live')).toBe(true);
  });

  test.each([1, 2, 3, 4, 5])(
    'test_background_task_failure_is_explicit_not_silent: %i failed starts are each told and counted, then it runs (FM-58 B5)',
    async (failures) => {
      const failing = withBrokenTimers();
      for (let failed = 1; failed < failures; failed += 1) {
        await failing.factory.createManager({ userId: `u${failed}` });
      }
      for (let failed = 1; failed <= failures; failed += 1) {
        expect(failing.countLines(`Background cleanup failed, ${failed} in a row`)).toBe(1);
      }
      expect(failing.countLines(startLine)).toBe(0);
      failing.clock.timerError = null;
      expect(failing.factory.getHealthStatus()).toMatchObject({
        status: 'degraded',
        cleanup: { running: false, failures },
      });
      expect(failing.factory.getFactoryStats()).toMatchObject({
        background_cleanup_task_started: true,
        background_cleanup_failures: failures,
        managers_created: failures - 1,
      });
      expect(failing.countLines(startLine)).toBe(1);
    },
  );

  test.each([
    ['test', 30_000],
    ['ci', 30_000],
    ['development', 120_000],
    ['staging', 300_000],
    ['production', 300_000],
  ])(
    'test_environment_aware_cleanup_intervals: %s sweeps every %i ms, and not before (FM-64)',
    (environment, intervalMs) => {
      const shop = new Workshop({ environment });
      shop.clock.advance(intervalMs - 1_000);
      expect(shop.told('swept')).toHaveLength(0);
      shop.clock.advance(1_000);
      expect(shop.told('swept')).toHaveLength(1);
      shop.clock.advance(intervalMs);
      expect(shop.told('swept')).toHaveLength(2);
      expect(shop.factory.getFactoryStats()).toMatchObject({
        environment,
        cleanup_interval_ms: intervalMs,
      });
    },
  );

  test('test_manual_cleanup_apis_work_when_background_fails: both tell true numbers while no timer can be set (FM-65 FM-66 I10)', async () => {
    const shop = withBrokenTimers();
    const made: Made[] = [];
    for (const userId of ['a', 'a', 'a', 'b', 'b', 'c']) made.push(await shop.make(userId));
    for (const number of [0, 3, 5]) made[number]!.socket.claimed = 'closed';
    expect(await shop.factory.forceCleanupAllExpired()).toBe(3);
    expect(await shop.factory.forceCleanupAllExpired()).toBe(0);
    expect(await shop.factory.forceCleanupUserManagers('a')).toBe(2);
    expect(await shop.factory.forceCleanupUserManagers('a')).toBe(0);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      background_cleanup_task_started: false,
      managers_active: 1,
      managers_cleaned_up: 5,
    });
    expect(made[4]?.manager.state).toBe('live');
  });

  test('test_manager_count_tracking_accuracy: counts equal the managers that are there after every step (FM-15 FM-68)', async () => {
    const random = seeded(1_284_501);
    const shop = new Workshop();
    const alive = new Map<string, Made[]>(['u', 'v', 'w'].map((userId) => [userId, []]));
    const refusedAt: number[] = [];
    let missed = 0;
    for (let step = 0; step < 3_000; step += 1) {
      const userId = ['u', 'v', 'w'][Math.floor(random() * 3)]!;
      const mine = alive.get(userId)!;
      const dice = random();
      if (dice < 0.55 && mine.length < 5) mine.push(await shop.make(userId));
      else if (dice < 0.55) refusedAt.push((await shop.askInVain(userId)).live);
      else if (dice < 0.75) mine.pop()?.socket.leave();
      else if (dice < 0.95) mine.shift()?.manager.close();
      else missed += mine.splice(0).length - (await shop.factory.forceCleanupUserManagers(userId));
      shop.clock.advance(10);
      const counts = [...alive.values()].map(({ length }) => length);
      const stats = shop.factory.getFactoryStats();
      expect(stats.managers_active).toBe(counts.reduce((sum, count) => sum + count, 0));
      expect(stats.users_at_manager_limit).toBe(counts.filter((count) => count === 5).length);
    }
    expect(missed).toBe(0);
    expect(new Set(refusedAt)).toEqual(new Set([5]));
    for (const { manager } of [...alive.values()].flat()) {
      expect(shop.factory.getManager(manager.id)).toBe(manager);
    }
  });

  test('staging requirement 1: six managers for one user, the sixth over frozen ones (FM-17)', async () => {
    for (const maxManagersPerUser of [1, 2, 5, 20]) {
      const shop = new Workshop({ maxManagersPerUser });
      for (const { socket } of await shop.fill('u', maxManagersPerUser)) socket.isFrozen = true;
      shop.clock.advance(2_000);
      const before = shop.clock.nowMs();
      const socket = new FakeSocket(shop.clock);
      expect(await shop.ask({ userId: 'u', socket })).toMatchObject({ userId: 'u', state: 'live' });
      expect(shop.clock.nowMs() - before).toBeLessThanOrEqual(1_200);
    }
  });
});

/** A factory that could not set a timer when it was made, and still cannot. */
function withBrokenTimers(): Workshop {
  return new Workshop({}, new Error('no timer'));
}
