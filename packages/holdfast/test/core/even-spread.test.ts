import { expect, test } from 'vitest';
import { evenSpread } from '../../src/core/even-spread.ts';

test.each([0, 1_000, 1_000_000])(
  'places of a hundred turns from %i on lie evenly: the widest gap is less than three times the mean',
  (first) => {
    const places = Array.from({ length: 100 }, (_, turn) => evenSpread(first + turn)).toSorted(
      (a, b) => a - b,
    );
    const ends = [...places.slice(1), (places[0] ?? 0) + 1];
    const widest = Math.max(...places.map((place, at) => (ends[at] ?? 0) - place));
    expect(places.every((place) => place >= 0 && place < 1)).toBe(true);
    expect(widest).toBeLessThan(3 / 100);
  },
);
