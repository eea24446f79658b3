import { FakeSocket } from 'holdfast/testing';
import { describe, expect, test } from 'vitest';
import { Workshop } from './workshop.ts';

describe('the wire of a manager', () => {
  test('FM-47 carries no frame of ours: silence for a minute and three clean-up passes leave nothing on it', async () => {
    const shop = new Workshop({ pingIntervalMs: 1_000, pressurePingIntervalMs: 1_000 });
    const { manager, socket } = await shop.make('u');
    for (let pass = 0; pass < 3; pass += 1) {
      shop.clock.advance(20_000);
      await shop.factory.enforceResourceLimits('u');
      await shop.factory.forceCleanupAllExpired();
    }
    expect(manager.state).toBe('live');
    expect(socket.written).toEqual([]);
    expect(socket.pings).toBeGreaterThanOrEqual(50);
  });

  test('FM-47 carries what is sent as it is, and what is received likewise', async () => {
    const heard: unknown[] = [];
    const shop = new Workshop({ hooks: { onMessage: (_manager, data) => heard.push(data) } });
    const { manager, socket } = await shop.make('u');
    for (const data of ['plain text', { a: [1, null] }, 7, null]) {
      expect(await manager.send(data)).toBe('delivered');
    }
    expect(socket.written).toEqual(['plain text', '{"a":[1,null]}', '7', 'null']);
    const bytes = new Uint8Array([1, 2]);
    for (const data of ['{"type":"ack","offset":99}', 'not JSON {']) socket.say(data);
    socket.owner.received(bytes);
    expect(heard).toEqual(['{"type":"ack","offset":99}', 'not JSON {', bytes]);
    expect(manager.state).toBe('live');
    expect(socket.written).toHaveLength(4);
  });

  test('FM-56 answers a thousand sends after the close with `closed`, and throws at none', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    manager.close();
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, () => manager.send({ late: 1n })),
    );
    expect(new Set(outcomes)).toEqual(new Set(['closed']));
    expect(socket.written).toEqual([]);
  });

  test('FM-46 FM-77 says `delivered` only of what the connection took', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    expect(await manager.send('one')).toBe('delivered');
    socket.outcome = 'queued';
    expect(await manager.send('two')).toBe('queued');
    expect(await manager.send('three')).toBe('queued');
    expect(socket.written).toEqual(['one', 'two']);
    socket.outcome = 'ok';
    socket.owner.drained();
    expect(socket.written).toEqual(['one', 'two', 'three']);
    socket.outcome = 'dropped';
    expect(await manager.send('four')).toBe('queued');
    expect(socket.written).toHaveLength(3);
  });

  test('FM-52 survives a socket whose send throws, sends on, and closes', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    socket.throwing.add('send');
    for (let number = 0; number < 100; number += 1)
      expect(await manager.send(number)).toBe('queued');
    expect(manager.close()).toBe(true);
    expect(shop.factory.getFactoryStats().managers_active).toBe(0);
  });

  test('I12 queues what the peer has not confirmed, up to a bound, and in order', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    socket.isFrozen = true;
    const chunk = 'x'.repeat(100_000);
    const outcomes = [];
    for (let number = 0; number < 4; number += 1) outcomes.push(await manager.send(chunk));
    expect(outcomes).toEqual(['delivered', 'delivered', 'queued', 'queued']);
    socket.thaw();
    shop.clock.advance(100);
    expect(socket.written).toHaveLength(4);
    expect(await manager.send('y'.repeat(2_000_000))).toBe('overflow');
    expect(shop.told('lost')).toMatchObject([{ reason: 'too-large', events: 1 }]);
  });

  test('I4 closes one that falls behind instead of leaving something out', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    socket.isFrozen = true;
    let outcome = 'delivered';
    for (let number = 0; number < 30 && outcome !== 'closed'; number += 1) {
      outcome = await manager.send('x'.repeat(100_000));
    }
    expect(outcome).toBe('closed');
    expect(socket.closes).toEqual([{ code: 4410, reason: '{"r":"slow"}' }]);
  });

  test('I4 keeps nothing without a socket, and says so', async () => {
    const shop = new Workshop();
    const manager = await shop.factory.createManager({ userId: 'u' });
    expect(await manager.send('early')).toBe('unattached');
    const socket = new FakeSocket(shop.clock);
    expect(manager.attach(socket)).toBe(true);
    expect(await manager.send('now')).toBe('delivered');
    expect(socket.written).toEqual(['now']);
  });

  test('F2 rejects what cannot be said, sends nothing, and lives on', async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const failing = {
      toJSON() {
        throw new Error('no');
      },
    };
    for (const data of [1n, circle, failing, undefined, () => {}, new Uint8Array(2)]) {
      await expect(manager.send(data)).rejects.toMatchObject({ code: 'bad-event' });
    }
    expect(socket.written).toEqual([]);
    expect(manager.state).toBe('live');
  });

  test('I8 brings nothing sent to one manager to another of the same user', async () => {
    const shop = new Workshop();
    const three = await shop.fill('u', 3);
    for (const { manager } of three) for (let n = 0; n < 10; n += 1) await manager.send(manager.id);
    for (const { manager, socket } of three) {
      expect(socket.written).toEqual(Array.from({ length: 10 }, () => manager.id));
    }
  });

  test("I2 lets a client send as fast as it likes: the wire is the application's", async () => {
    const shop = new Workshop();
    const { manager, socket } = await shop.make('u');
    for (let number = 0; number < 5_000; number += 1) socket.say('x');
    expect(manager.state).toBe('live');
  });
});
