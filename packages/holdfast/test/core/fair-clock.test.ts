import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairClock } from '../../src/core/fair-clock.ts';

describe('I11 the fair clock', () => {
  it('goes as time goes while it is read often', () => {
    const clock = new FairClock(250, 1_000);
    for (let raw = 1_000; raw <= 5_000; raw += 50) expect(clock.read(raw)).toBe(raw);
    expect(clock.lostMs).toBe(0);
  });

  it('FM-38 lets no more than the longest step of a standstill pass', () => {
    const clock = new FairClock(250, 0);
    clock.read(100);
    expect(clock.read(120_100)).toBe(350);
    expect(clock.lostMs).toBe(119_750);
    expect(clock.read(120_200)).toBe(450);
  });

  it('does not go back when its source does', () => {
    const clock = new FairClock(250, 0);
    expect(clock.read(200)).toBe(200);
    expect(clock.read(150)).toBe(200);
    expect(clock.read(210)).toBe(210);
  });

  it('holds nothing back of a time it was told to skip, and does not skip backwards', () => {
    const clock = new FairClock(250, 0);
    clock.skipTo(60_000);
    expect(clock.read(60_010)).toBe(60_010);
    clock.skipTo(10);
    expect(clock.read(60_020)).toBe(60_020);
    expect(clock.lostMs).toBe(0);
  });

  it('tells whole, never falling instants, each at most the longest step after the last, whatever the readings', () => {
    const steps = fc.array(fc.double({ min: -1_000, max: 100_000, noNaN: true }), {
      maxLength: 300,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 1_000 }), (list, longestMs) => {
        let raw = 1_000;
        const clock = new FairClock(longestMs, raw);
        let before = clock.read(raw);
        for (const step of list) {
          raw += step;
          const now = clock.read(raw);
          expect(Number.isInteger(now)).toBe(true);
          expect(now).toBeGreaterThanOrEqual(before);
          expect(now - before).toBeLessThanOrEqual(longestMs + 1);
          before = now;
        }
      }),
    );
  });

  it('FM-38 is right in its sum: what it has told and what it has lost is what has passed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 200, size: 'max' }), (steps) => {
        const clock = new FairClock(250, 0);
        let raw = 0;
        for (const step of steps) {
          raw += step;
          expect(clock.read(raw) + clock.lostMs).toBe(raw);
        }
      }),
    );
  });
});
