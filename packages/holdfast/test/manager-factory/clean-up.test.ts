import { FakeSocket, ManualClock } from 'holdfast/testing';
import { WebSocketManagerFactory } from 'holdfast/manager-factory';
import { describe, expect, test } from 'vitest';
import { Workshop } from './workshop.ts';

describe('cleaning up by hand', () => {
  test('FM-06 creates nothing, whichever way it is done', async () => {
    const shop = new Workshop();
    const [first] = await shop.fill('u', 5);
    shop.clock.advance(60_000);
    await shop.factory.enforceResourceLimits('u');
    await shop.factory.forceCleanupAllExpired();
    await shop.factory.cleanupManager(first!.manager.id);
    await shop.factory.forceCleanupUserManagers('u');
    await shop.factory.forceCleanupUserManagers('nobody');
    const done = shop.factory.shutdown();
    await shop.clock.settle(100);
    await done;
    expect(shop.factory.getFactoryStats().managers_created).toBe(5);
  });

  test('FM-07 closes the sockets of all three with code and reason, and leaves no error and no timer', async () => {
    const shop = new Workshop();
    const three = await shop.fill('u', 3);
    expect(await shop.factory.forceCleanupUserManagers('u')).toBe(3);
    for (const { socket } of three) {
      expect(socket.closes).toEqual([{ code: 4499, reason: '{"r":"admin"}' }]);
    }
    shop.clock.advance(10);
    expect(shop.clock.timerCount).toBe(1);
    expect(shop.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(shop.factory.getHealthStatus().faults).toEqual([]);
  });

  test('FM-08 says goodbye, and cuts a client that does not answer it', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    socket.isFrozen = true;
    manager.close();
    expect(socket.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(socket.isTerminated).toBe(false);
    shop.clock.advance(2_050);
    expect(socket.isTerminated).toBe(true);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('cannot dispose');
      },
    ],
    ['never resolves', () => new Promise(() => {})],
  ])(
    'FM-10 frees the slot though the hook %s, and tells it once with the id',
    async (_how, closed) => {
      const shop = new Workshop({ hooks: { onClose: closed } });
      const { manager } = await shop.make('u');
      manager.close();
      expect(shop.factory.getFactoryStats().managers_active).toBe(0);
      await shop.clock.settle(2_100);
      const told = shop.lines.filter(({ level }) => level !== 'info');
      expect(told).toMatchObject([
        { level: 'warn', fields: { event: 'fault', where: 'hook', session: manager.id } },
      ]);
      expect(shop.factory.getHealthStatus().faults).toMatchObject([{ where: 'hook' }]);
    },
  );

  test('FM-65 tells how many expired managers it removed, and leaves the others', async () => {
    const shop = new Workshop({
      hooks: {
        onClose: (manager) => {
          if (manager.userId === 'u3') throw new Error('cannot dispose');
        },
      },
    });
    const made = await Promise.all(Array.from({ length: 9 }, (_, n) => shop.make(`u${n}`)));
    for (const number of [3, 7]) made[number]!.socket.claimed = 'closed';
    expect(await shop.factory.forceCleanupAllExpired()).toBe(2);
    expect(await shop.factory.forceCleanupAllExpired()).toBe(0);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      managers_active: 7,
      managers_cleaned_up: 2,
    });
    expect(shop.told('fault')).toMatchObject([{ where: 'hook', session: made[3]!.manager.id }]);
  });

  test('FM-65 rejects when it cannot look, and works again when it can', async () => {
    const clock = new ManualClock();
    const read = clock.nowMs.bind(clock);
    let isBroken = false;
    clock.nowMs = () => {
      if (isBroken) throw new Error('no clock');
      return read();
    };
    const factory = new WebSocketManagerFactory({ clock });
    isBroken = true;
    await expect(factory.forceCleanupAllExpired()).rejects.toThrow('no clock');
    isBroken = false;
    expect(await factory.forceCleanupAllExpired()).toBe(0);
  });

  test('FM-66 removes two dead, then closes three living, and touches nobody else', async () => {
    const shop = new Workshop();
    const [five, others] = [await shop.fill('u', 5), await shop.fill('v', 5)];
    for (const { socket } of five.slice(0, 2)) socket.claimed = 'closed';
    expect(await shop.factory.enforceResourceLimits('u')).toBe(true);
    expect(await shop.factory.enforceResourceLimits('v')).toBe(false);
    const left = five.slice(2);
    expect(left.every(({ manager }) => manager.state === 'live')).toBe(true);
    expect(shop.factory.getFactoryStats().managers_active).toBe(8);
    expect(await shop.factory.forceCleanupUserManagers('u')).toBe(3);
    expect(left.map(({ socket }) => socket.closes[0]?.code)).toEqual([4499, 4499, 4499]);
    expect(await shop.factory.forceCleanupUserManagers('u')).toBe(0);
    expect(others.every(({ manager, socket }) => manager.state === 'live' && socket.isOpen)).toBe(
      true,
    );
    expect(shop.factory.getFactoryStats().managers_active).toBe(5);
  });

  test('FM-04 cleans up one user and no other whose id looks alike', async () => {
    const shop = new Workshop();
    const others = [await shop.make('u10'), await shop.make('a:b'), await shop.make('__proto__')];
    await shop.make('u1');
    await shop.make('a');
    expect(await shop.factory.forceCleanupUserManagers('u1')).toBe(1);
    expect(await shop.factory.forceCleanupUserManagers('a')).toBe(1);
    expect(await shop.factory.forceCleanupUserManagers('constructor')).toBe(0);
    expect(others.every(({ manager }) => manager.state === 'live')).toBe(true);
  });
});

describe('shutting down', () => {
  test('I5 ends every manager and leaves no timer, also when asked how it is afterwards', async () => {
    const shop = new Workshop();
    const made = await shop.fill('u', 5);
    const done = shop.factory.shutdown();
    await shop.clock.settle(2_100);
    await done;
    expect(shop.factory.shutdown()).toBe(done);
    expect(made.map(({ socket }) => socket.closes[0]?.code)).toEqual(
      Array.from({ length: 5 }, () => 1012),
    );
    const request = { userId: 'u', socket: new FakeSocket(shop.clock) };
    await expect(shop.factory.createManager(request)).rejects.toMatchObject({ code: 'bad-state' });
    expect(shop.factory.getHealthStatus().cleanup.running).toBe(false);
    shop.clock.advance(2_100);
    expect(shop.factory.getFactoryStats().managers_active).toBe(0);
    expect(shop.clock.timerCount).toBe(0);
  });
});
