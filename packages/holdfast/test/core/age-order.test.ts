import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Aged, AgeOrder } from '../../src/core/age-order.ts';

class Item implements Aged<Item> {
  older: Item | null = null;
  newer: Item | null = null;
}

/** From the newest to the oldest, as its members say. */
function backwards(order: AgeOrder<Item>): Item[] {
  let newest = order.oldest;
  while (newest !== null && newest.newer !== null) newest = newest.newer;
  const found: Item[] = [];
  for (let item = newest; item !== null; item = item.older) found.push(item);
  return found;
}

test('I12 things stand in the order in which they were last touched, whatever comes and goes', () => {
  const act = fc.record({ isTouch: fc.boolean(), place: fc.nat(7) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const items = Array.from({ length: 8 }, () => new Item());
      const order: AgeOrder<Item> = new AgeOrder();
      let expected: Item[] = [];
      for (const { isTouch, place } of acts) {
        const item = items[place] as Item;
        expected = expected.filter((other) => other !== item);
        if (isTouch) {
          expected.push(item);
          order.touched(item);
        } else order.remove(item);
        expect(order.size).toBe(expected.length);
        expect(order.oldest).toBe(expected[0] ?? null);
        expect(backwards(order)).toEqual(expected.toReversed());
      }
    }),
  );
});
