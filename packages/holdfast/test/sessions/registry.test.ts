import { describe, expect, test } from 'vitest';
import { Registry } from '../../src/sessions/registry.ts';
import type { Session, SessionDuties } from '../../src/sessions/session.ts';

const duties = {} as SessionDuties;
const seed = (userId: string) => ({
  userId,
  limit: 5,
  stance: 'enforce' as const,
  device: null,
  now: 0,
  nowRaw: 0,
  arrivedAt: 0,
  sentAfter: 0,
  inheritance: null,
  brought: null,
});

describe('the registry', () => {
  test('I1 reads every count from the sessions themselves', () => {
    const registry = new Registry({ idPrefix: 'n', duties });
    const all = ['a', 'b', 'a'].map((user) => registry.add(seed(user)));
    expect([
      registry.size,
      registry.userCount,
      registry.count('a'),
      registry.count('b'),
      registry.count('c'),
    ]).toEqual([3, 2, 2, 1, 0]);
    expect(registry.remove(all[0]!)).toBe(true);
    expect([registry.size, registry.userCount, registry.count('a')]).toEqual([2, 2, 1]);
    expect(registry.of('a')).toEqual([all[2]]);
  });

  test('I7 removes a session once, and never the one that holds its place now', () => {
    const registry = new Registry({ idPrefix: 'n', duties });
    const old = registry.add(seed('a'));
    expect(registry.remove(old)).toBe(true);
    const young = registry.add(seed('a'));
    expect(young.index).toBe(old.index);
    expect(registry.remove(old)).toBe(false);
    expect(registry.find(old.id)).toBeNull();
    expect(registry.find(young.id)).toBe(young);
    expect(registry.count('a')).toBe(1);
  });

  test('I5 uses places again instead of growing', () => {
    const registry = new Registry({ idPrefix: 'n', duties });
    for (let round = 0; round < 1_000; round += 1) registry.remove(registry.add(seed(`u${round}`)));
    expect(registry.reach).toBe(1);
    expect([registry.size, registry.userCount]).toEqual([0, 0]);
  });

  test('I1 I5 I7 gives each session a place of its own, and the room of a crowd back when all have left', () => {
    const registry = new Registry({ idPrefix: 'n', duties });
    for (let crowd = 1; crowd <= 3; crowd += 1) {
      const here = new Set<Session>();
      for (let come = 0; come < 300; come += 1) {
        here.add(registry.add(seed(`u${come % 7}`)));
        if (come % 30 !== 29) continue;
        for (const oldest of [...here].slice(0, 10)) {
          here.delete(oldest);
          registry.remove(oldest);
        }
      }
      expect(new Set([...here].map(({ index }) => index)).size).toBe(200);
      expect([...here].every((session) => registry.at(session.index) === session)).toBe(true);
      expect([registry.size, [...registry.sessions()].length]).toEqual([200, 200]);
      expect(registry.reach).toBe(210);
      for (const session of here) registry.remove(session);
      expect([registry.size, registry.reach, registry.at(0)]).toEqual([0, 0, null]);
    }
  });

  test('finds by whole ids only', () => {
    const registry = new Registry({ idPrefix: 'a-b', duties });
    const session = registry.add(seed('u'));
    expect(registry.find(session.id)).toBe(session);
    for (const id of [
      '',
      '-',
      '0-1',
      `x${session.id}`,
      `${session.id}0`,
      session.id.replace('a-b', 'b'),
      'a-b-0-NaN',
    ])
      expect(registry.find(id)).toBeNull();
  });
});
