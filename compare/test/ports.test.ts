import { describe, expect, it } from 'vitest';
import type { Connection } from '../src/ports/home-made/connection.ts';
import { ConnectionMap } from '../src/ports/home-made/connection-map.ts';
import { isExpired, isUpForEmergency } from '../src/ports/origin/cleanup-rules.ts';
import { IsolatedManager } from '../src/ports/origin/isolated-manager.ts';
import { ManagerFactory, TooManyManagers } from '../src/ports/origin/manager-factory.ts';
import { BackgroundCleanup } from '../src/ports/origin/background-cleanup.ts';
import { isolationKeyOf, makeUserContext } from '../src/ports/origin/user-context.ts';

describe('the port of the home-made manager', () => {
  it('counts a connection that had to make room no second time when its close comes late', () => {
    const map = new ConnectionMap();
    const [first, second] = ['1', '2'].map((id) => ({ id, user: 'ann' }) as Connection);
    map.add(first!);
    map.add(second!);
    map.remove(first!);
    map.remove(first!);
    expect(map.count('ann')).toBe(1);
    expect(map.of('ann')).toEqual([second]);
  });
});

describe('the port of the origin', () => {
  it('takes a manager that was sent nothing for ten seconds for dead, and no other', () => {
    const manager = new IsolatedManager(makeUserContext('ann'));
    const createdAt = manager.lastActivityAt;
    expect(isUpForEmergency({ manager, createdAt }, createdAt + 9_999)).toBe(false);
    expect(isUpForEmergency({ manager, createdAt }, createdAt + 10_001)).toBe(true);
    expect(isExpired({ manager, createdAt }, createdAt + 10_001)).toBe(false);
    expect(isExpired({ manager, createdAt }, createdAt + 1_800_001)).toBe(true);
  });

  it('refuses at the limit, does not find the manager of a context that was made anew, and keeps its slot', async () => {
    const factory = new ManagerFactory(2, new BackgroundCleanup('test'));
    const contexts = [makeUserContext('ann'), makeUserContext('ann')];
    for (const context of contexts) await factory.createManager(context);
    expect(await factory.cleanUpManager(isolationKeyOf(makeUserContext('ann')))).toBe(false);
    await expect(factory.createManager(makeUserContext('ann'))).rejects.toThrow(TooManyManagers);
    expect(await factory.cleanUpManager(isolationKeyOf(contexts[0]!))).toBe(true);
    await expect(factory.createManager(makeUserContext('ann'))).resolves.toBeInstanceOf(
      IsolatedManager,
    );
    expect(factory.table.countOf('ann')).toBe(2);
  });
});
