import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shardOf, ShardedMap } from '../../src/core/sharded-map.ts';

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
          if (value === null) expect(map.delete(key)).toBe(model.delete(key));
          else {
            map.set(key, value);
            model.set(key, value);
          }
          expect(map.get(key)).toBe(model.get(key));
          expect(map.size).toBe(model.size);
        }
        expect([...map.keys()].sort()).toEqual([...model.keys()].sort());
        expect([...map.values()].sort()).toEqual([...model.values()].sort());
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
