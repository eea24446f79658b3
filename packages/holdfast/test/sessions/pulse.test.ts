import { describe, expect, test } from 'vitest';
import { never, type Timed } from '../../src/core/timing-wheel.ts';
import { Faults } from '../../src/sessions/faults.ts';
import { beatMs, longestStepMs, Pulse } from '../../src/sessions/pulse.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

function heart(): { clock: ManualClock; faults: Faults; pulse: Pulse; stalls: number[] } {
  const clock = new ManualClock();
  const faults = new Faults(
    () => clock.nowMs(),
    () => {},
  );
  const stalls: number[] = [];
  return { clock, faults, pulse: new Pulse(clock, faults, (gapMs) => stalls.push(gapMs)), stalls };
}

function note(
  pulse: Pulse,
  answers: (now: number) => number = () => never,
): Timed & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    due: (now) => {
      asked.push(now);
      expect(now).toBe(pulse.polledAt);
      return answers(now);
    },
  };
}

describe('the pulse', () => {
  test('I5 has one timer while anything has a deadline, and none otherwise', () => {
    const { clock, pulse } = heart();
    expect(clock.timerCount).toBe(0);
    const entries = Array.from({ length: 100 }, () => pulse.add(note(pulse), 10_000));
    expect(clock.timerCount).toBe(1);
    clock.advance(1_000);
    expect(clock.timerCount).toBe(1);
    for (const entry of entries) pulse.remove(entry);
    expect(clock.timerCount).toBe(0);
    clock.advance(60_000);
    expect(pulse.size).toBe(0);
  });

  test('asks whoever is due, within a beat or two of the deadline', () => {
    const { clock, pulse } = heart();
    const owner = note(pulse);
    pulse.add(owner, clock.nowMs() + 1_000);
    clock.advance(999);
    expect(owner.asked).toEqual([]);
    clock.advance(1 + 2 * beatMs);
    expect(owner.asked).toHaveLength(1);
    expect(pulse.size).toBe(0);
  });

  test('I10 asks whoever is due though every poll takes so long that somebody has the beat set anew in it', () => {
    const { clock, pulse } = heart();
    const owner = note(pulse);
    pulse.add(owner, clock.nowMs() + 1_000);
    const dwell = (): void => {
      clock.stall(400);
      pulse.now();
      pulse.ensure();
      clock.inPoll(0, dwell);
    };
    clock.inPoll(0, dwell);
    for (let turns = 0; turns < 20; turns += 1) clock.turn();
    expect(owner.asked).toHaveLength(1);
  });

  test('I11 asks only after the sockets have been polled, as of the instant before the poll', () => {
    const { clock, pulse } = heart();
    const order: string[] = [];
    pulse.add({ due: () => (order.push('due'), never) }, clock.nowMs() + 1_000);
    clock.advance(900);
    clock.stall(150);
    clock.inPoll(0, () => order.push('pong'));
    clock.advance(2 * beatMs);
    expect(order).toEqual(['pong', 'due']);
  });

  test('I11 takes the instant at which the poll began for that up to which the sockets were polled', () => {
    const { clock, pulse } = heart();
    const owner = note(pulse);
    pulse.add(owner, clock.nowMs() + 300);
    clock.advance(90);
    clock.inPoll(10, () => clock.stall(240));
    clock.advance(10);
    expect(pulse.now()).toBeGreaterThan(pulse.polledAt + 200);
    expect(owner.asked).toEqual([]);
    clock.advance(2 * beatMs);
    expect(owner.asked).toHaveLength(1);
  });

  test('I11 lets no more than the longest step pass of a standstill, and tells of the rest', () => {
    const { clock, pulse, stalls } = heart();
    const owner = note(pulse);
    pulse.add(owner, clock.nowMs() + 2_000);
    const before = pulse.now();
    clock.stall(3_600_000);
    expect(pulse.now() - before).toBe(longestStepMs);
    expect(stalls).toEqual([3_600_000 - longestStepMs]);
    clock.advance(1_600);
    expect(owner.asked).toEqual([]);
    clock.advance(400);
    expect(owner.asked).toHaveLength(1);
  });

  test('calls the time in which nothing had a deadline no standstill', () => {
    const { clock, pulse, stalls } = heart();
    clock.stall(3_600_000);
    const before = pulse.now();
    pulse.add(note(pulse), before + 500);
    clock.advance(600);
    expect(stalls).toEqual([]);
  });

  test('I6 reports an owner that throws, asks it again, and asks the others in time', () => {
    const { clock, pulse, faults } = heart();
    let calls = 0;
    pulse.add(
      {
        due: () => {
          calls += 1;
          throw new Error('an owner');
        },
      },
      clock.nowMs() + 100,
    );
    const other = note(pulse);
    pulse.add(other, clock.nowMs() + 100);
    clock.advance(200);
    expect(other.asked).toHaveLength(1);
    expect(faults.counts().get('heartbeat')).toBe(1);
    clock.advance(1_100);
    expect(calls).toBe(2);
  });

  test('I10 sets a beat anew that was lost or could not be set, at whichever entry point is next', () => {
    const { clock, pulse, faults } = heart();
    clock.timerError = new Error('no timers');
    const owner = note(pulse);
    pulse.add(owner, clock.nowMs() + 100);
    expect(faults.counts().get('timer')).toBe(1);
    clock.advance(1_000);
    clock.timerError = null;
    pulse.ensure();
    clock.advance(1_000);
    expect(owner.asked).toHaveLength(1);
    const later = note(pulse);
    pulse.add(later, pulse.now() + 100);
    clock.loseTimers();
    clock.advance(1_000);
    pulse.ensure();
    clock.advance(1_000);
    expect(later.asked).toHaveLength(1);
  });

  test('works off a crowd in slices, with a poll between them, and without a timer until it is done', () => {
    const { clock, pulse } = heart();
    let asked = 0;
    const timers: number[] = [];
    for (let owner = 0; owner < 1_000; owner += 1) {
      pulse.add(
        {
          due: () => {
            asked += 1;
            clock.stall(0.1);
            return never;
          },
        },
        clock.nowMs() + 100,
      );
    }
    clock.advance(100);
    for (let turn = 0; turn < 20; turn += 1) {
      const before = asked;
      clock.inPoll(0, () => {
        if (asked === 0 || asked === 1_000) return;
        pulse.rearm();
        timers.push(clock.timerCount);
      });
      clock.turn();
      expect(asked - before).toBeLessThanOrEqual(256);
    }
    clock.advance(200);
    expect(asked).toBe(1_000);
    expect(timers.length).toBeGreaterThan(3);
    expect(Math.max(...timers)).toBe(0);
  });

  test('brings deadlines forward and never puts them off', () => {
    const { clock, pulse } = heart();
    const owner = note(pulse);
    const entry = pulse.add(owner, clock.nowMs() + 1_000);
    pulse.bringForward(entry, clock.nowMs() + 5_000);
    pulse.bringForward(entry, clock.nowMs() + 300);
    expect(pulse.has(entry)).toBe(true);
    clock.advance(450);
    expect(owner.asked).toHaveLength(1);
    expect(pulse.has(entry)).toBe(false);
  });
});
