import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearScale, logScale, timeScale } from '../../../src/proof/report/scale.ts';

const places = { from: 0, to: 100 };
const number = fc.double({ noNaN: true, min: -1e200, max: 1e200 });

describe('a scale', () => {
  it('has few ticks, in order and on the picture, whatever the range', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const scale = linearScale({ from: Math.min(a, b), to: Math.max(a, b) }, places, 5);
        expect(scale.ticks.length).toBeLessThan(22);
        for (const tick of scale.ticks) expect(scale.at(tick)).toBeGreaterThanOrEqual(-5.001);
        for (const tick of scale.ticks) expect(scale.at(tick)).toBeLessThanOrEqual(105.001);
      }),
    );
    // Instants in nanoseconds: neighbours that no double can tell apart.
    expect(linearScale({ from: 1.7e18, to: 1.7e18 + 512 }, places, 5).ticks.length).toBeLessThan(
      22,
    );
  });

  it('has its ticks at round numbers', () => {
    expect(linearScale({ from: 0, to: 97 }, places, 5).ticks).toEqual([0, 20, 40, 60, 80]);
    expect(linearScale({ from: -1, to: 1 }, places, 4).ticks).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(linearScale({ from: 7, to: 7 }, places, 4).ticks).toContain(7);
    expect(logScale({ from: 0.3, to: 120 }, places).ticks).toEqual([0.1, 1, 10, 100, 1_000]);
    expect(timeScale(86_400_000, places, 10).ticks.map((at) => at / 3_600_000)).toEqual([
      0, 3, 6, 9, 12, 15, 18, 21, 24,
    ]);
    expect(timeScale(0, places, 10).ticks[0]).toBe(0);
  });

  it('puts the ends of the range at the ends of the picture', () => {
    const linear = linearScale({ from: 2, to: 4 }, places, 5);
    expect([2, 3, 4].map(linear.at)).toEqual([0, 50, 100]);
    const log = logScale({ from: 1, to: 100 }, places);
    expect([1, 10, 100].map(log.at)).toEqual([0, 50, 100]);
  });
});
