import { UsageError } from 'holdfast';
import {
  type CreateManagerRequest,
  ManagerLimitError,
  SocketClosedError,
} from 'holdfast/manager-factory';
import { FakeSocket } from 'holdfast/testing';
import { describe, expect, test } from 'vitest';
import { Workshop } from './workshop.ts';

describe('the slots of a user', () => {
  test('FM-02 frees exactly the manager a handle stands for, whatever became of the request', async () => {
    const shop = new Workshop();
    const request: { userId: string; device: string } = { userId: 'u', device: 'thread-1' };
    const manager = await shop.factory.createManager(request);
    const other = await shop.factory.createManager(request);
    request.userId = 'somebody else';
    request.device = 'thread-2';
    expect(await shop.factory.cleanupManager(manager.id)).toBe(true);
    expect(shop.factory.getManager(manager.id)).toBeNull();
    expect(shop.factory.getManager(other.id)).toBe(other);
    expect(shop.factory.getFactoryStats().managers_active).toBe(1);
  });

  test('FM-02 answers an unknown handle with false and counts it', async () => {
    const shop = new Workshop();
    const { manager } = await shop.make('u');
    expect(manager.close()).toBe(true);
    expect(manager.close()).toBe(false);
    expect(await shop.factory.cleanupManager(manager.id)).toBe(false);
    expect(await shop.factory.cleanupManager('never-was')).toBe(false);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      unknown_handles: 3,
      managers_active: 0,
      managers_cleaned_up: 1,
    });
  });

  test('FM-03 keeps two tabs with the same name apart', async () => {
    const shop = new Workshop();
    const [one, other] = [
      await shop.make('u', { device: 'T' }),
      await shop.make('u', { device: 'T' }),
    ];
    expect(one.manager).not.toBe(other.manager);
    one.manager.close();
    expect(other.manager.state).toBe('live');
    expect(shop.factory.getFactoryStats().managers_active).toBe(1);
    expect(await other.manager.send('still here')).toBe('delivered');
    expect(other.socket.written).toEqual(['still here']);
    expect(one.socket.written).toEqual([]);
  });

  const stages: readonly [string, (shop: Workshop) => Promise<void>][] = [
    [
      'the attachment is given no socket at all',
      async ({ factory }) => {
        const manager = await factory.createManager({ userId: 'u' });
        expect(() => manager.attach({ send() {} } as never)).toThrow(UsageError);
      },
    ],
    [
      'the handshake is abandoned before the attachment',
      async ({ factory }) => {
        (await factory.createManager({ userId: 'u' })).close();
      },
    ],
    [
      'the client has left before the attachment',
      async ({ factory, clock }) => {
        const manager = await factory.createManager({ userId: 'u' });
        const socket = new FakeSocket(clock);
        socket.drop();
        expect(manager.attach(socket)).toBe(false);
      },
    ],
    [
      'the client has left before the creation',
      async ({ factory, clock }) => {
        const socket = new FakeSocket(clock);
        socket.drop();
        await expect(factory.createManager({ userId: 'u', socket })).rejects.toThrow(
          SocketClosedError,
        );
      },
    ],
    [
      'the client leaves right after the attachment',
      async ({ factory, clock }) => {
        const manager = await factory.createManager({ userId: 'u' });
        const socket = new FakeSocket(clock);
        expect(manager.attach(socket)).toBe(true);
        socket.drop();
      },
    ],
  ];

  test.each(stages)('FM-05 frees the slot in the same tick when %s', async (_stage, fail) => {
    const shop = new Workshop({ maxManagersPerUser: 1 });
    for (let round = 0; round < 20; round += 1) {
      await fail(shop);
      expect(shop.factory.getFactoryStats().managers_active).toBe(0);
    }
    expect(shop.factory.getFactoryStats().resource_limit_hits).toBe(0);
  });

  test('FM-05 FM-37 lets a manager without a socket hold its slot until its own deadline, and counts it apart', async () => {
    const shop = new Workshop({ maxManagersPerUser: 2 });
    await shop.make('u');
    const waiting = await shop.factory.createManager({ userId: 'u' });
    shop.clock.advance(50);
    expect((await shop.askInVain('u')).blocking).toHaveLength(2);
    expect(waiting.state).toBe('opening');
    shop.clock.advance(10_000);
    expect(waiting.state).toBe('closed');
    expect(shop.told('closed')).toMatchObject([{ session: waiting.id, cause: 'open-timeout' }]);
  });

  test('FM-05 leaves a live manager alone when somebody attaches a second socket to it', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    expect(() => manager.attach(new FakeSocket(shop.clock))).toThrow(/opening.*live/);
    expect(manager.state).toBe('live');
    expect(socket.isOpen).toBe(true);
  });

  test('FM-09 looks managers up without changing anything', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    socket.isFrozen = true;
    shop.clock.advance(34_000);
    const before = shop.factory.getFactoryStats();
    for (let look = 0; look < 100; look += 1)
      expect(shop.factory.getManager(manager.id)).toBe(manager);
    expect(shop.factory.getFactoryStats()).toEqual(before);
    shop.clock.advance(1_100);
    expect(manager.state).toBe('closed');
    expect(shop.factory.getManager(manager.id)).toBeNull();
    expect(shop.told('closed')).toHaveLength(1);
  });

  test('FM-22 refuses a manager for nobody', async () => {
    const { factory } = new Workshop();
    for (const userId of [undefined, null, '', 7]) {
      const request = { userId } as unknown as CreateManagerRequest;
      await expect(factory.createManager(request)).rejects.toMatchObject({ code: 'bad-user' });
    }
    expect(factory.getFactoryStats().managers_created).toBe(0);
  });

  test('FM-84 names the method a socket lacks, and holds no slot for it', async () => {
    const { factory } = new Workshop();
    const socket = { transport() {}, send() {}, ping() {}, close() {} } as never;
    await expect(factory.createManager({ userId: 'u', socket })).rejects.toThrow(/`terminate`/);
    for (const none of [null, 7, 'socket', {}]) {
      const request = { userId: 'u', socket: none as never };
      await expect(factory.createManager(request)).rejects.toMatchObject({ code: 'bad-socket' });
    }
    expect(factory.getFactoryStats().managers_active).toBe(0);
  });
});

describe('a user at the limit', () => {
  test('FM-25 is refused once, after one pass, within a tick of the last answer', async () => {
    const shop = new Workshop();
    const five = await shop.fill('u', 5);
    shop.clock.advance(60_000);
    const before = shop.clock.nowMs();
    const error = await shop.askInVain('u');
    expect(shop.clock.nowMs() - before).toBeLessThanOrEqual(100);
    expect(error.retryAfterMs).toBeUndefined();
    expect(shop.factory.getFactoryStats()).toMatchObject({
      resource_limit_hits: 1,
      emergency_cleanup_triggers: 1,
      managers_active: 5,
    });
    expect(five.every(({ socket }) => socket.isOpen)).toBe(true);
  });

  test('FM-26 gets a registered manager or an error, never anything else', async () => {
    const shop = new Workshop();
    await shop.fill('u', 5);
    shop.clock.advance(60_000);
    const socket = new FakeSocket(shop.clock);
    expect(await shop.ask({ userId: 'u', socket })).toBeInstanceOf(ManagerLimitError);
    expect(socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
    const { manager } = await shop.make('v');
    expect(shop.factory.getManager(manager.id)).toBe(manager);
    expect(manager.userId).toBe('v');
  });

  test('FM-19 FM-28 FM-92 is told who stands in the way, and on what evidence', async () => {
    const shop = new Workshop();
    const five = await shop.fill('secret-user', 5);
    shop.clock.advance(600_000);
    const error = await shop.askInVain('secret-user');
    expect(error).toMatchObject({
      name: 'ManagerLimitError',
      limit: 5,
      live: 5,
      examined: 5,
      reaped: 0,
    });
    expect(error.blocking.map(({ id }) => id)).toEqual(five.map(({ manager }) => manager.id));
    for (const blocking of error.blocking) {
      expect(blocking).toMatchObject({ state: 'live', transport: 'open' });
      expect(blocking.ageMs).toBeGreaterThanOrEqual(600_000);
    }
    expect(error.oldestIdleMs).toBe(Math.max(...error.blocking.map(({ silentMs }) => silentMs)));
    expect(error.message).toContain('maximum number of WebSocket managers');
    expect(JSON.stringify([error.message, shop.lines])).not.toContain('secret-user');
  });

  test('FM-24 hears when to come back while a manager has not answered, and gets in then', async () => {
    const shop = new Workshop({ maxManagersPerUser: 1 });
    const { manager, socket } = await shop.make('u');
    for (let byte = 0; byte < 4; byte += 1) await manager.send('x'.repeat(60_000));
    socket.isFrozen = true;
    shop.clock.advance(2_000);
    const { retryAfterMs } = await shop.askInVain('u');
    expect(retryAfterMs).toBeGreaterThan(0);
    shop.clock.advance((retryAfterMs ?? 0) + 50);
    expect(await shop.ask({ userId: 'u' })).toMatchObject({ userId: 'u', state: 'opening' });
  });

  test('I3 closes the socket of a newcomer who leaves while waiting, and keeps no place', async () => {
    const shop = new Workshop({ maxManagersPerUser: 1 });
    const [made] = await shop.fill('u', 1);
    made!.socket.isFrozen = true;
    shop.clock.advance(3_000);
    const socket = new FakeSocket(shop.clock);
    const answer = shop.ask({ userId: 'u', socket });
    socket.leave();
    expect(await answer).toBeInstanceOf(SocketClosedError);
  });

  test('I1 never exceeds the limit, however many ask in one tick', async () => {
    const shop = new Workshop();
    await shop.fill('u', 4);
    shop.clock.advance(3_000);
    const answers = Array.from({ length: 50 }, () => shop.ask({ userId: 'u' }));
    const settled = await Promise.all(answers);
    expect(settled.filter((answer) => !(answer instanceof Error))).toHaveLength(1);
    expect(shop.factory.getFactoryStats()).toMatchObject({
      managers_active: 5,
      max_concurrent_managers: 5,
    });
  });
});
