import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueQueue } from '../../src/testing/due-queue.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

describe('the manual clock', () => {
  it('runs timers, then the poll, then what waited for the poll', () => {
    const clock = new ManualClock();
    const order: string[] = [];
    clock.afterPoll(() => order.push('check'));
    clock.inPoll(0, () => order.push('poll'));
    clock.after(0, () => order.push('timer'));
    clock.turn();
    expect(order).toEqual(['timer', 'poll', 'check']);
  });

  it('leaves to the next turn what is added to a phase that has begun', () => {
    const clock = new ManualClock();
    const order: string[] = [];
    clock.after(0, () => {
      order.push('first');
      clock.after(0, () => order.push('second'));
      clock.inPoll(0, () => order.push('poll'));
    });
    clock.turn();
    expect(order).toEqual(['first', 'poll']);
    clock.turn();
    expect(order).toEqual(['first', 'poll', 'second']);
  });

  it('delivers what arrived during a stall after the timers that came due in it', () => {
    const clock = new ManualClock();
    const order: string[] = [];
    clock.inPoll(10, () => order.push('arrived early'));
    clock.after(500, () => order.push('timer'));
    clock.stall(1_000);
    clock.turn();
    expect(order).toEqual(['timer', 'arrived early']);
  });

  it('runs one single callback at a step, and tells when nothing is due', () => {
    const clock = new ManualClock();
    let ran = 0;
    clock.after(5, () => (ran += 1));
    clock.after(5, () => (ran += 1));
    expect(clock.step()).toBe(false);
    clock.stall(5);
    expect(clock.step()).toBe(true);
    expect(ran).toBe(1);
    expect(clock.step()).toBe(true);
    expect(clock.step()).toBe(false);
    expect(ran).toBe(2);
  });

  it('counts the timers that are set', () => {
    const clock = new ManualClock();
    const handle = clock.after(10, () => {});
    clock.after(20, () => {});
    expect(clock.timerCount).toBe(2);
    clock.cancel(handle);
    clock.cancel(handle);
    expect(clock.timerCount).toBe(1);
    clock.advance(30);
    expect(clock.timerCount).toBe(0);
    clock.after(1, () => {});
    clock.loseTimers();
    expect(clock.timerCount).toBe(0);
  });

  it('refuses to set a timer while it is asked to', () => {
    const clock = new ManualClock();
    clock.timerError = new Error('no timers');
    expect(() => clock.after(1, () => {})).toThrow('no timers');
  });

  it('moves the wall clock without moving time', () => {
    const clock = new ManualClock(500);
    const before = clock.epochMs();
    clock.moveWallClock(-3_600_000);
    expect(clock.epochMs()).toBe(before - 3_600_000);
    expect(clock.nowMs()).toBe(500);
  });
});

it('a queue of what is due gives it in the order of time, then of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200, size: 'max' }), (instants) => {
      const queue = new DueQueue<{ dueAt: number; order: number }>();
      const items = instants.map((dueAt, order) => ({ dueAt, order }));
      for (const item of items) queue.push(item);
      const sorted = items.toSorted(
        (one, other) => one.dueAt - other.dueAt || one.order - other.order,
      );
      expect(queue.peek()).toEqual(sorted[0]);
      expect(items.map(() => queue.pop())).toEqual(sorted);
      expect(queue.pop()).toBeUndefined();
    }),
  );
});
