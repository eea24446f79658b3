import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shardOf, ShardedMap } from '../../src/core/sharded-map.ts';

/** The same things in the same number, in whatever order. */
function asMultiset<T>(items: Iterable<T>): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

describe('the sharded map', () => {
  test('I1 answers as one map would, whatever is set and deleted', () => {
    const acts = fc.array(
      fc.record({ key: fc.string({ maxLength: 2 }), value: fc.option(fc.nat(), { nil: null }) }),
    );
    fc.assert(
      fc.property(acts, (given) => {
        const map = new ShardedMap<number>();
        const model = new Map<string, number>();
        for (const { key, value } of given) {
          for (const one of [map, model]) {
            if (value === null) one.delete(key);
            else one.set(key, value);
          }
          expect(map.get(key)).toBe(model.get(key));
          expect(map.size).toBe(model.size);
        }
        expect(asMultiset(map.keys())).toEqual(asMultiset(model.keys()));
        expect(asMultiset(map.values())).toEqual(asMultiset(model.values()));
      }),
    );
  });

  test('spreads names that differ in one place only, so that no shard is much larger than the others', () => {
    for (const nameOf of [
      (number: number) => `user-${number}@example.com`,
      (number: number) => `${number}`.padStart(36, '0'),
    ]) {
      const sizes = Array.from({ length: 256 }, () => 0);
      for (let number = 0; number < 64_000; number += 1) {
        const shard = shardOf(nameOf(number));
        sizes[shard] = (sizes[shard] ?? 0) + 1;
      }
      expect(Math.max(...sizes)).toBeLessThan(500);
      expect(Math.min(...sizes)).toBeGreaterThan(100);
    }
  });
});
