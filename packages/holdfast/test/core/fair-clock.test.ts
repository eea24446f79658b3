import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairClock } from '../../src/core/fair-clock.ts';

const longestStepMs = 250;

describe('I11 the fair clock', () => {
  it('is the monotonic clock while the loop runs', () => {
    const clock = new FairClock(longestStepMs, 1_000);
    expect([1_000, 1_050, 1_300, 1_550].map((raw) => clock.read(raw))).toEqual([
      1_000, 1_050, 1_300, 1_550,
    ]);
    expect(clock.lostMs).toBe(0);
  });

  it('lets only the longest step pass of a stall, and extends every deadline by the rest', () => {
    const clock = new FairClock(longestStepMs, 0);
    expect(clock.read(100)).toBe(100);
    expect(clock.read(60_100)).toBe(350);
    expect(clock.lostMs).toBe(59_750);
    expect(clock.read(60_150)).toBe(400);
  });

  it('adds up what several stalls took', () => {
    const clock = new FairClock(longestStepMs, 0);
    clock.read(1_250);
    clock.read(2_500);
    expect(clock.lostMs).toBe(2_000);
    expect(clock.read(2_500)).toBe(500);
  });

  it('takes a step of exactly the longest length for no stall', () => {
    const clock = new FairClock(longestStepMs, 0);
    expect(clock.read(250)).toBe(250);
    expect(clock.lostMs).toBe(0);
    expect(clock.read(501)).toBe(500);
    expect(clock.lostMs).toBe(1);
  });

  it('does not go back when its source does', () => {
    const clock = new FairClock(longestStepMs, 1_000);
    expect(clock.read(1_100)).toBe(1_100);
    expect(clock.read(900)).toBe(1_100);
    expect(clock.read(1_150)).toBe(1_150);
  });

  it('answers in whole milliseconds for any reading', () => {
    const clock = new FairClock(longestStepMs, 0.25);
    expect(clock.read(0.5)).toBe(0);
    expect(clock.read(99.999)).toBe(99);
  });

  it('holds nothing back of a time in which nothing had a deadline', () => {
    const clock = new FairClock(longestStepMs, 0);
    clock.skipTo(3_600_000);
    expect(clock.read(3_600_010)).toBe(3_600_010);
    expect(clock.lostMs).toBe(0);
    clock.skipTo(10);
    expect(clock.read(3_600_020)).toBe(3_600_020);
  });

  it('never goes back, never leaps, and never loses more than was over the longest step', () => {
    const steps = fc.array(fc.oneof(fc.nat(300), fc.nat(100_000)), { maxLength: 100, size: 'max' });
    fc.assert(
      fc.property(steps, (steps) => {
        const clock = new FairClock(longestStepMs, 0);
        let raw = 0;
        let before = 0;
        let expectedMs = 0;
        for (const step of steps) {
          raw += step;
          expectedMs += Math.min(step, longestStepMs);
          const now = clock.read(raw);
          expect(now - before).toBeLessThanOrEqual(longestStepMs);
          expect(now).toBe(expectedMs);
          expect(clock.read(raw)).toBe(now);
          expect(now + clock.lostMs).toBe(raw);
          before = now;
        }
      }),
      { seed: 11 },
    );
  });
});
