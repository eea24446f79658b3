import { WebSocketManagerFactory } from 'holdfast/manager-factory';
import { ManualClock } from 'holdfast/testing';
import { describe, expect, test, vi } from 'vitest';
import { Workshop } from './workshop.ts';

function usersOf(shop: Workshop): unknown[] {
  const opened = shop.lines.filter(({ message }) => message === 'Session opened');
  return opened.map(({ fields }) => fields['user']);
}

describe('those who watch a factory', () => {
  test('FM-70 may throw at every call: a thousand creates and closes succeed, and every throw is counted', async () => {
    let throws = 0;
    const fail = (): never => {
      throws += 1;
      throw new Error('the exporter is gone');
    };
    const shop = new Workshop({ logger: { info: fail, warn: fail, error: fail }, metrics: fail });
    for (let round = 0; round < 1_000; round += 1) {
      const { manager } = await shop.make('u');
      expect(manager.close()).toBe(true);
    }
    expect(throws).toBeGreaterThan(4_000);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      managers_created: 1_000,
      managers_active: 0,
      observability_errors: throws,
    });
  });

  test('FM-70 warns once of a metrics sink that throws or rejects at every call', async () => {
    let failures = 0;
    const shop = new Workshop({
      metrics: async () => {
        failures += 1;
        throw new Error('the exporter is gone');
      },
    });
    for (let round = 0; round < 1_000; round += 1) (await shop.make('u')).manager.close();
    await shop.clock.settle();
    const warnings = shop.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ message: 'Fault in listener' }]);
    expect(shop.factory.getFactoryStats().observability_errors).toBe(failures);
  });

  test('tell the words of the seed document', async () => {
    const shop = new Workshop({ maxManagersPerUser: 1 });
    expect(shop.countLines('✅ Background cleanup task started successfully')).toBe(1);
    shop.freeze(await shop.fill('u', 1));
    expect(await shop.ask({ userId: 'u' })).toMatchObject({ userId: 'u', state: 'opening' });
    expect(
      shop.countLines('✅ Emergency cleanup successful - proceeding with manager creation'),
    ).toBe(1);
    (await shop.make('v')).socket.claimed = 'closed';
    await shop.factory.forceCleanupAllExpired();
    expect(shop.countLines('🔥 EMERGENCY CLEANUP COMPLETE: Cleaned 1 managers')).toBe(1);
  });

  test('FM-28 hear of a user by a hash that is always the same', async () => {
    const [one, other] = [new Workshop(), new Workshop()];
    await one.make('alice@example.org');
    await one.make('bob@example.org');
    await other.make('alice@example.org');
    const [alice, bob] = usersOf(one);
    expect(usersOf(other)).toEqual([alice]);
    expect(alice).not.toBe(bob);
    expect(JSON.stringify(one.lines)).not.toContain('example.org');
  });

  test('are all there is: a factory without a logger prints nothing', async () => {
    const written = [
      vi.spyOn(process.stdout, 'write').mockReturnValue(true),
      vi.spyOn(process.stderr, 'write').mockReturnValue(true),
    ];
    const clock = new ManualClock();
    clock.timerError = new Error('no timer');
    const factory = new WebSocketManagerFactory({ clock, environment: 'garbage' });
    clock.timerError = null;
    (await factory.createManager({ userId: 'u' })).close();
    const calls = written.map(({ mock }) => mock.calls.length);
    vi.restoreAllMocks();
    expect(calls).toEqual([0, 0]);
  });
});
