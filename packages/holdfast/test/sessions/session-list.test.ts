import { describe, expect, test } from 'vitest';
import { type ListOptions, listSessions, mergeLists } from '../../src/sessions/session-list.ts';
import { House } from './house.ts';

/** One session of each user, opened one after the other; their names stand for them. */
function houseOf(...users: readonly string[]): House {
  const house = new House();
  for (const user of users) {
    house.fill(user, 1);
    house.clock.advance(10);
  }
  return house;
}

function listed({ layer }: House, options: ListOptions): string {
  const { count, sessions } = listSessions(layer, options);
  return `${sessions.map(({ user }) => user).join('')} of ${count}`;
}

describe('a list of sessions', () => {
  test('holds the first by its order and counts all that match', () => {
    const house = houseOf('a', 'b', 'c', 'd');
    expect(listed(house, { limit: 2, sort: 'openedAt' })).toBe('ab of 4');
    expect(listed(house, { limit: 3, sort: '-openedAt' })).toBe('dcb of 4');
    expect(listed(house, { limit: 9, sort: '-openedAt', user: 'c' })).toBe('c of 1');
    expect(listed(house, { limit: 9, state: 'opening' })).toBe(' of 0');
    expect(listed(house, { limit: 0, sort: '-openedAt' })).toBe(' of 4');
  });

  test('of one user is oldest first, also where an older place is taken again', () => {
    const house = houseOf('gone', 'a', 'a');
    house.layer.closeUser('gone');
    house.fill('a', 3);
    const { sessions } = listSessions(house.layer, { user: 'a', limit: 9 });
    const openedAt = sessions.map((session) => session.openedAt);
    expect(openedAt).toEqual(openedAt.toSorted((one, other) => one - other));
    expect(sessions[0]).toMatchObject({ user: 'a', node: 'n' });
  });

  test('of several nodes is in the same order as that of each', () => {
    const lists = [houseOf('a', 'b', 'c'), houseOf('d', 'e')].map(({ layer }) =>
      listSessions(layer, { limit: 2, sort: '-openedAt' }),
    );
    const { count, sessions } = mergeLists(lists, { limit: 3, sort: '-openedAt' });
    const openedAt = sessions.map((session) => session.openedAt);
    expect([count, sessions.length, sessions[0]?.user]).toEqual([5, 3, 'c']);
    expect(openedAt).toEqual(openedAt.toSorted((one, other) => other - one));
  });
});
