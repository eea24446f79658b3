import { afterEach, describe, expect, test } from 'vitest';
import { pause, until } from './loopback.ts';
import { startService, stopServices } from './quick-service.ts';

/** A peer is late after at most 200 + 300 ms. */
const probeTimeoutMs = 300;
const lateMs = 900;
/** Heard longer ago than this, a peer has to prove that it lives. */
const recentMs = 350;

afterEach(stopServices);

describe('TestWebSocketManagerLimitMultiUser', () => {
  test('test_multiple_users_can_reach_individual_limits_safely: ten users hold five each, and each hears its own', async () => {
    const service = await startService({ probeTimeoutMs });
    const users = Array.from({ length: 10 }, (_, number) => `user-${number}`);
    const held = await Promise.all(users.map((userId) => service.admit(userId, 5)));
    expect(service.factory.getFactoryStats()).toMatchObject({
      managers_active: 50,
      users_at_manager_limit: 10,
      average_managers_per_user: 5,
      resource_limit_hits: 0,
    });
    const ids = await Promise.all(held.flat().map(({ answer }) => answer));
    expect(new Set(ids.map((answer) => (answer.outcome === 'welcome' ? answer.id : ''))).size).toBe(
      50,
    );

    const sixths = await Promise.all(users.map((userId) => service.call(userId).answer));
    expect(sixths).toEqual(
      users.map(() => ({ outcome: 'closed', code: 4429, reason: '{"r":"user-limit"}' })),
    );
    expect(held.flat().every(({ isOpen }) => isOpen)).toBe(true);

    for (const answer of ids) {
      if (answer.outcome !== 'welcome') continue;
      await service.factory.getManager(answer.id)?.send(`only ${answer.id}`);
    }
    const callers = held.flat();
    await until(() => callers.every(({ received }) => received.length === 2));
    expect(callers.map(({ received }) => received)).toEqual(
      ids.map((answer) => {
        const id = answer.outcome === 'welcome' ? answer.id : '';
        return [`welcome ${id}`, `only ${id}`];
      }),
    );
    expect(service.errors).toEqual([]);
  });

  test('test_rapid_connection_creation_triggers_emergency_cleanup: a hundred quick reconnects never reach the limit (FM-01)', async () => {
    const service = await startService({ probeTimeoutMs });
    for (let round = 0; round < 20; round += 1) {
      const callers = await service.admit('u', 5);
      await Promise.all(callers.map((caller) => caller.leave()));
    }
    expect(service.factory.getFactoryStats()).toMatchObject({
      managers_created: 100,
      managers_active: 0,
      resource_limit_hits: 0,
      emergency_cleanup_triggers: 0,
    });
  });

  test('test_rapid_connection_creation_triggers_emergency_cleanup: five at once over five frozen ones all get in (I3)', async () => {
    const service = await startService({ probeTimeoutMs });
    const frozen = await service.admit('u', 5);
    for (const caller of frozen) caller.freeze();
    await pause(recentMs);
    const before = performance.now();
    const back = await service.admit('u', 5);
    expect(performance.now() - before).toBeLessThan(1_200);
    expect(back.every(({ isOpen }) => isOpen)).toBe(true);
    const stats = service.factory.getFactoryStats();
    expect(stats).toMatchObject({
      managers_active: 5,
      failed_emergency_cleanups: 0,
      max_concurrent_managers: 5,
    });
    expect(stats.successful_emergency_cleanups).toBeGreaterThanOrEqual(1);
    expect(stats.creation_latency_ms.p99).toBeLessThan(100);
    expect(service.refusals).toEqual([]);
  });

  test('test_rapid_connection_creation_triggers_emergency_cleanup: frozen ones known to be late yield at once, live ones stay (A4)', async () => {
    const service = await startService({ probeTimeoutMs });
    const [live, frozen] = [await service.admit('u', 2), await service.admit('u', 3)];
    for (const caller of frozen) caller.freeze();
    await pause(lateMs);
    const [sixth] = await service.admit('u');
    expect(sixth?.isOpen).toBe(true);
    expect(live.every(({ isOpen }) => isOpen)).toBe(true);
    const stats = service.factory.getFactoryStats();
    expect(stats).toMatchObject({
      emergency_cleanup_triggers: 1,
      successful_emergency_cleanups: 1,
      managers_cleaned_up: 3,
      managers_active: 3,
    });
    expect(stats.creation_latency_ms.max).toBeLessThan(100);
  });

  test('FM-29 I2 five live ones outlast fifty attempts, every one refused', async () => {
    const service = await startService({ probeTimeoutMs });
    const five = await service.admit('u', 5);
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => service.call('u').answer));
      expect(answers.every((answer) => answer.outcome === 'closed' && answer.code === 4429)).toBe(
        true,
      );
    }
    expect(five.every(({ isOpen }) => isOpen)).toBe(true);
    expect(service.factory.getFactoryStats()).toMatchObject({
      managers_active: 5,
      managers_cleaned_up: 0,
    });
  });

  test('test_staging_environment_parity_with_local: the same pattern ends the same in every environment', async () => {
    const environments = ['test', 'development', 'staging', 'production'];
    const outcomes = await Promise.all(environments.map((environment) => pattern(environment)));
    for (const outcome of outcomes) expect(outcome.behaviour).toEqual(outcomes[0]?.behaviour);
    expect(outcomes.map(({ intervalMs }) => intervalMs)).toEqual([
      30_000, 120_000, 300_000, 300_000,
    ]);
  });
});

/** Fills a limit, is refused, reloads, freezes and returns; says what came of it. */
async function pattern(environment: string): Promise<{ behaviour: unknown; intervalMs: number }> {
  const service = await startService({ probeTimeoutMs, environment });
  const five = await service.admit('u', 5);
  const refused = await service.call('u').answer;
  await five[0]?.leave();
  const [again] = await service.admit('u');
  for (const caller of [...five, again]) if (caller?.isOpen) caller.freeze();
  await pause(recentMs);
  const back = await service.admit('u', 5);
  const stats = service.factory.getFactoryStats();
  return {
    behaviour: {
      refused,
      open: back.map(({ isOpen }) => isOpen),
      active: stats.managers_active,
      created: stats.managers_created,
      cleaned: stats.managers_cleaned_up,
      started: stats.background_cleanup_task_started,
      errors: service.errors,
    },
    intervalMs: stats.cleanup_interval_ms,
  };
}
