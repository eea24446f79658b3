import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../src/core/ring.ts';

describe('a ring', () => {
  it('is a queue, whatever is done to it', () => {
    const acts = fc.array(fc.oneof(fc.nat(1_000), fc.constant('shift' as const)), {
      maxLength: 600,
      size: 'max',
    });
    fc.assert(
      fc.property(acts, (list) => {
        const ring = new Ring<number>();
        const queue: number[] = [];
        for (const act of list) {
          if (act === 'shift') expect(ring.shift()).toBe(queue.shift());
          else {
            ring.push(act);
            queue.push(act);
          }
          expect(ring.size).toBe(queue.length);
          expect(ring.at(0)).toBe(queue[0]);
          expect(ring.at(ring.size - 1)).toBe(queue.at(-1));
        }
        expect(queue.map((_, place) => ring.at(place))).toEqual(queue);
      }),
    );
  });

  it('has nothing at places outside', () => {
    const ring = new Ring<string>();
    ring.push('only');
    expect([ring.at(-1), ring.at(1), ring.at(8)]).toEqual([undefined, undefined, undefined]);
    expect(ring.shift()).toBe('only');
    expect(ring.shift()).toBeUndefined();
    expect(ring.size).toBe(0);
  });
});
