import { afterEach, describe, expect, test } from 'vitest';
import { seeded } from '../manager-factory/workshop.ts';
import { type Caller, pause, until } from './loopback.ts';
import { startService, stopServices } from './quick-service.ts';

const probeTimeoutMs = 400;
/** Heard longer ago than this, a peer has to prove that it lives. */
const recentMs = 450;

afterEach(stopServices);

describe('TestWebSocketManagerLoadTesting', () => {
  test('test_create_managers_faster_than_cleanup_interval: fifty users return over five ghosts each before any sweep (FM-16 FM-62)', async () => {
    const service = await startService({ probeTimeoutMs });
    const users = Array.from({ length: 50 }, (_, number) => `user-${number}`);
    for (let round = 0; round < 2; round += 1) {
      const held = await Promise.all(users.map((userId) => service.admit(userId, 5)));
      for (const caller of held.flat()) caller.freeze();
      await pause(recentMs);
    }
    const stats = service.factory.getFactoryStats();
    const { successful_emergency_cleanups: successful, failed_emergency_cleanups: failed } = stats;
    expect(successful).toBeGreaterThanOrEqual(50);
    expect(successful / (successful + failed)).toBeGreaterThan(0.95);
    expect(stats).toMatchObject({
      managers_created: 500,
      managers_active: 250,
      users_at_manager_limit: 50,
      background_cleanup_task_started: true,
    });
    expect(stats.creation_latency_ms.p99).toBeLessThan(100);
    expect(service.factory.getHealthStatus().cleanup.lastRunMsAgo).toBeUndefined();
    expect(service.refusals).toEqual([]);
    expect(service.errors).toEqual([]);
  });

  test('test_concurrent_manager_creation_and_cleanup: counts hold at every step and agree in the end (FM-51 A6)', async () => {
    const service = await startService({ probeTimeoutMs });
    const random = seeded(20_250_128);
    const callers: Caller[] = [];
    const { factory } = service;
    let highest = 0;
    const watch = setInterval(() => {
      highest = Math.max(highest, factory.getFactoryStats().managers_active);
    }, 1);
    for (let step = 0; step < 600; step += 1) {
      const userId = `user-${Math.floor(random() * 10)}`;
      const dice = random();
      if (dice < 0.6) callers.push(service.call(userId));
      else if (dice < 0.75)
        callers.splice(Math.floor(random() * callers.length), 1)[0]?.socket.close();
      else if (dice < 0.85) void factory.forceCleanupUserManagers(userId);
      else if (dice < 0.9) void factory.forceCleanupAllExpired();
      else if (dice < 0.95) void factory.enforceResourceLimits(userId);
      else await pause(2);
      expect(factory.getFactoryStats().managers_active).toBeLessThanOrEqual(50);
    }
    await Promise.allSettled(callers.map(({ answer }) => answer));
    await until(() => factory.getFactoryStats().managers_active === service.openSockets);
    clearInterval(watch);
    expect(highest).toBeGreaterThan(10);
    expect(highest).toBeLessThanOrEqual(50);
    expect(service.errors).toEqual([]);
    expect(factory.getHealthStatus()).toMatchObject({ status: 'ok', faults: [] });

    const stats = factory.getFactoryStats();
    expect(stats.max_concurrent_managers).toBeLessThanOrEqual(50);
    await Promise.all(
      Array.from({ length: 10 }, (_, number) => factory.forceCleanupUserManagers(`user-${number}`)),
    );
    expect(factory.getFactoryStats()).toMatchObject({
      managers_active: 0,
      managers_cleaned_up: stats.managers_cleaned_up + stats.managers_active,
    });
    await until(() => service.openSockets === 0);
  });

  test('test_memory_leak_prevention_under_load: two thousand connections leave neither memory nor handles (I5 FM-12)', async () => {
    const service = await startService({ probeTimeoutMs });
    const churn = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const held = await Promise.all(
          Array.from({ length: 10 }, (_, number) => service.admit(`user-${number}`, 5)),
        );
        await Promise.all(held.flat().map((caller) => caller.leave()));
      }
      await until(() => service.openSockets === 0);
    };
    await churn(30);
    const [heapBefore, handlesBefore] = [await settledHeap(), countHandles()];
    await churn(40);
    const [heapAfter, handlesAfter] = [await settledHeap(), countHandles()];
    expect(service.factory.getFactoryStats()).toMatchObject({
      managers_active: 0,
      managers_created: 3_500,
      resource_limit_hits: 0,
    });
    expect(handlesAfter).toBeLessThanOrEqual(handlesBefore);
    expect(service.made.filter((made) => made.deref() !== undefined).length).toBeLessThan(10);
    // The users' logs keep what was sent for ten seconds more; a leaked connection costs several kilobytes.
    expect(heapAfter - heapBefore).toBeLessThan(2_000_000);
  });
});

/** Bytes in use once nothing more can be collected. */
async function settledHeap(): Promise<number> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error('Expected node to run with --expose-gc.');
  for (let round = 0; round < 4; round += 1) {
    await pause(60);
    gc();
  }
  return process.memoryUsage().heapUsed;
}

function countHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
}
