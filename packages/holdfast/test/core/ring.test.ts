import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../src/core/ring.ts';

/** A number is pushed; null takes the oldest off. */
const acts = fc.array(fc.option(fc.nat(1_000), { freq: 3 }), { maxLength: 400, size: 'max' });

describe('a ring', () => {
  it('is an array to whoever pushes, shifts and looks', () => {
    fc.assert(
      fc.property(acts, (acts) => {
        const ring = new Ring<number>();
        const array: number[] = [];
        for (const act of acts) {
          const [off, expected] = act === null ? [ring.shift(), array.shift()] : [];
          expect(off).toBe(expected);
          if (act !== null) {
            ring.push(act);
            array.push(act);
          }
          expect(ring.size).toBe(array.length);
          const seen = Array.from({ length: ring.size }, (_, place) => ring.at(place));
          expect(seen).toEqual(array);
        }
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('holds nothing at places beyond its ends', () => {
    const ring = new Ring<string>();
    expect([ring.at(0), ring.at(-1), ring.shift()]).toEqual([undefined, undefined, undefined]);
    for (let item = 0; item < 9; item += 1) ring.push(`${item}`);
    ring.shift();
    expect([ring.at(-1), ring.at(0), ring.at(7), ring.at(8)]).toEqual([
      undefined,
      '1',
      '8',
      undefined,
    ]);
  });

  it('keeps items that are undefined in their places', () => {
    const ring = new Ring<number | undefined>();
    ring.push(undefined);
    ring.push(1);
    expect(ring.size).toBe(2);
    expect(ring.shift()).toBeUndefined();
    expect([ring.size, ring.shift()]).toEqual([1, 1]);
  });

  it('I5 lets go of what was taken off', () => {
    const ring = new Ring<object>();
    const weak = pushAndShift(ring);
    globalThis.gc?.();
    return new Promise<void>((resolve) => void setImmediate(resolve)).then(() => {
      globalThis.gc?.();
      expect(weak.deref()).toBeUndefined();
      expect(ring.size).toBe(1);
    });
  });
});

function pushAndShift(ring: Ring<object>): WeakRef<object> {
  const weak = new WeakRef({ large: Array<number>(1_000).fill(0) });
  ring.push(weak.deref() ?? {});
  ring.push({});
  ring.shift();
  return weak;
}
