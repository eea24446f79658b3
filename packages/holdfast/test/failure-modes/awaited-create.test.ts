import { describe, expect, test } from 'vitest';
import { WebSocketManagerFactory } from '../../src/manager-factory.ts';
import { House } from '../sessions/house.ts';

describe('a result that has to be awaited', () => {
  test('FM-55 types make it a mistake to use what admit will answer as if it had been answered', async () => {
    const { layer } = new House();
    const pending = layer.admit({ userId: 'u' });
    // @ts-expect-error the outcome has to be awaited
    expect(pending.outcome).toBeUndefined();
    // @ts-expect-error a promise of an outcome has no session
    expect(pending.session).toBeUndefined();
    const outcome = await pending;
    // @ts-expect-error who was refused has no session: the outcome has to be looked at
    expect(layer.sessionsOf('u')).toEqual([outcome.session]);
    const admission = layer.open({ userId: 'u' });
    // @ts-expect-error who waits has no session yet
    expect(layer.sessionsOf('u')[1]).toBe(admission.session);
    expect(layer.count('u')).toBe(2);
    const reap = layer.reapAll();
    // @ts-expect-error a report has to be awaited
    expect(reap.reaped).toBeUndefined();
    expect((await reap).reaped).toEqual([]);
  });

  test('FM-55 types make it a mistake to use the manager that createManager will make', async () => {
    const factory = new WebSocketManagerFactory({ environment: 'test' });
    const pending = factory.createManager({ userId: 'u' });
    // @ts-expect-error a promise of a manager has no id
    expect(pending.id).toBeUndefined();
    const manager = await pending;
    expect(factory.getManager(manager.id)).toBe(manager);
    await factory.shutdown();
  });
});
