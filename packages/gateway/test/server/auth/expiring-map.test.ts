import { beforeEach, describe, expect, it } from 'vitest';
import { ExpiringMap } from '../../../src/server/auth/expiring-map.ts';

let nowMs: number;
let map: ExpiringMap<number>;
beforeEach(() => {
  nowMs = 0;
  map = new ExpiringMap({ now: () => nowMs, capacity: 2 });
});

describe('a map whose entries end', () => {
  it('finds an entry until its end, and lets go of those that have ended', () => {
    map.set('a', 1, 100);
    map.set('b', 2, 200);
    nowMs = 99;
    expect([map.find('a'), map.find('b'), map.find('c')]).toEqual([1, 2, undefined]);
    nowMs = 100;
    expect([map.find('a'), map.find('b')]).toEqual([undefined, 2]);
    map.removeEnded();
    expect(map.size).toBe(1);
  });

  it('I12 takes no more than its capacity, gives up none that stands, and makes room of ended ones', () => {
    expect([map.set('a', 1, 100), map.set('b', 2, 200), map.set('c', 3, 300)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([map.find('a'), map.find('b'), map.find('c')]).toEqual([1, 2, undefined]);
    nowMs = 100;
    expect(map.set('c', 3, 300)).toBe(true);
    expect([map.find('b'), map.find('c'), map.size]).toEqual([2, 3, 2]);
  });

  it('replaces an entry of the same key, also when it is full', () => {
    map.set('a', 1, 100);
    map.set('b', 2, 200);
    expect(map.set('a', 9, 300)).toBe(true);
    nowMs = 200;
    expect([map.find('a'), map.find('b')]).toEqual([9, undefined]);
  });
});
