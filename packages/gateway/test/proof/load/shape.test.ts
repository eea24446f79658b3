import { assert as check, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countArrivals,
  instantOf,
  type Shape,
  shapes,
  type Timetable,
} from '../../../src/proof/load/shape.ts';

const every = Object.keys(shapes) as Shape[];

function instantsOf(timetable: Timetable): number[] {
  return Array.from({ length: countArrivals(timetable) }, (_, index) =>
    instantOf(timetable, index),
  );
}

/** Arrivals of a minute at 100 per second, counted by the tenth of the time. */
function tenthsOf(shape: Shape): number[] {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const at of instantsOf({ shape, ratePerSecond: 100, durationMs: 60_000 })) {
    const tenth = Math.min(9, Math.floor(at / 6_000));
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  return tenths;
}

describe('arrivals', () => {
  it('are as many for every shape, in their order, and within the time', () => {
    check(
      property(
        constantFrom(...every),
        integer({ min: 1, max: 200 }),
        integer({ min: 1_000, max: 20_000 }),
        (shape, ratePerSecond, durationMs) => {
          const instants = instantsOf({ shape, ratePerSecond, durationMs });
          expect(instants).toHaveLength(Math.floor((ratePerSecond * durationMs) / 1_000));
          expect(instants.toSorted((a, b) => a - b)).toEqual(instants);
          expect(instants[0]).toBeGreaterThanOrEqual(0);
          expect(instants.at(-1)).toBeLessThanOrEqual(durationMs);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are as far apart as each other when they are steady', () => {
    expect(tenthsOf('steady')).toEqual(Array.from({ length: 10 }, () => 600));
  });

  it('rise from nothing to twice the rate in a ramp', () => {
    const tenths = tenthsOf('ramp');
    expect(tenths.toSorted((a, b) => a - b)).toEqual(tenths);
    expect(tenths[0]).toBeLessThan(100);
    expect(tenths[9]).toBeGreaterThan(1_100);
  });

  it('are five times as dense in the spike in the middle', () => {
    const instants = instantsOf({ shape: 'spike', ratePerSecond: 100, durationMs: 60_000 });
    const within = instants.filter((at) => at >= 27_000 && at < 33_000).length;
    const before = instants.filter((at) => at >= 12_000 && at < 18_000).length;
    expect(within / before).toBeCloseTo(5, 1);
  });

  it('go up and down four times in a wave', () => {
    const instants = instantsOf({ shape: 'wave', ratePerSecond: 100, durationMs: 64_000 });
    const dense = [8_000, 24_000, 40_000, 56_000].map(
      (top) => instants.filter((at) => Math.abs(at - top) < 2_000).length,
    );
    const thin = [16_000, 32_000, 48_000].map(
      (low) => instants.filter((at) => Math.abs(at - low) < 2_000).length,
    );
    expect(Math.min(...dense)).toBeGreaterThan(5 * Math.max(...thin));
  });
});
