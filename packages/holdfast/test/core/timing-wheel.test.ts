import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { never, noEntry, type Timed, TimingWheel } from '../../src/core/timing-wheel.ts';
import { type Habit, tickMs, WheelModel } from './wheel-model.ts';

const onceAroundMs = 4_096 * tickMs;

/** Mostly near, sometimes farther than once around. */
const span = fc.oneof(
  { weight: 6, arbitrary: fc.nat(2_000) },
  { weight: 2, arbitrary: fc.nat(3 * onceAroundMs) },
  { weight: 1, arbitrary: fc.integer({ min: onceAroundMs - 200, max: onceAroundMs + 200 }) },
);

const habit: fc.Arbitrary<Habit> = fc.oneof(
  fc.record({
    does: fc.constantFrom('leave', 'throw', 'remove-itself', 'throw-removed', 'remove-another'),
  }),
  fc.record({ does: fc.constantFrom('again', 'add-another', 'move-another'), inMs: span }),
);

type Act = (model: WheelModel) => void;

const place = fc.nat(1_000);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(span, habit).map(
      ([inMs, habit]): Act =>
        (model) => {
          model.add(model.now + inMs - 100, habit);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, span).map(
      ([place, inMs]): Act =>
        (model) => {
          const entry = model.entries[place % Math.max(1, model.entries.length)];
          if (entry !== undefined) model.move(entry, model.now + inMs - 100);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: place.map(
      (place): Act =>
        (model) => {
          const entry = model.entries[place % Math.max(1, model.entries.length)];
          if (entry !== undefined) model.remove(entry);
        },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(span, fc.oneof(fc.constant(never), fc.integer({ min: 1, max: 5 }))).map(
      ([ms, most]): Act =>
        (model) => {
          model.now += ms;
          model.turn(most);
        },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Act>((model) => model.restart()) },
);

function run(acts: readonly Act[], start: number): WheelModel {
  const model = new WheelModel(start);
  for (const act of acts) {
    act(model);
    const wrong = model.thrown.find(({ violation }) => violation !== null);
    if (wrong !== undefined) throw wrong.violation;
    model.check();
  }
  return model;
}

describe('the timing wheel', () => {
  it('asks whom a naive list would ask, when it would, whatever its owners do', () => {
    const seen = { asked: 0, thrown: 0 };
    fc.assert(
      fc.property(
        fc.array(act, { minLength: 1, maxLength: 120, size: 'max' }),
        fc.nat(10_000_000),
        (acts, start) => {
          const model = run(acts, start);
          seen.asked += model.asked;
          seen.thrown += model.thrown.length;
        },
      ),
      { seed: 4_096, numRuns: 400 },
    );
    expect(seen.asked).toBeGreaterThan(1_000);
    expect(seen.thrown).toBeGreaterThan(100);
  });

  it('asks in the turn at the deadline and not in the one before', () => {
    const { wheel, asked, owner } = wheelAt(1_000);
    wheel.add(owner(never), 1_500);
    wheel.turn(1_499, never);
    expect(asked).toEqual([]);
    wheel.turn(1_500, never);
    expect(asked).toEqual([1_500]);
    expect(wheel.size).toBe(0);
  });

  it('asks an owner whose deadline is farther than once around again and again until it comes', () => {
    const { wheel, asked } = wheelAt(0);
    const deadline = 3 * onceAroundMs;
    const patient = { due: (now: number) => (asked.push(now), now < deadline ? deadline : never) };
    wheel.add(patient, deadline);
    for (let now = 0; now <= deadline; now += tickMs) wheel.turn(now, never);
    expect(asked.at(-1)).toBe(deadline);
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(wheel.size).toBe(0);
  });

  it('asks everybody once after a leap over several times around', () => {
    const { wheel, asked, owner } = wheelAt(0);
    for (let entry = 0; entry < 500; entry += 1) wheel.add(owner(never), entry * 997);
    wheel.turn(10 * onceAroundMs, never);
    expect(asked).toHaveLength(500);
    expect(wheel.size).toBe(0);
  });

  it('I12 asks no more than its share in one turn, and goes on where it stopped', () => {
    const { wheel, asked, owner } = wheelAt(0);
    for (let entry = 0; entry < 10; entry += 1) wheel.add(owner(never), 100);
    expect(wheel.turn(200, 4)).toEqual({ asked: 4, more: true });
    expect(wheel.turn(200, 4)).toEqual({ asked: 4, more: true });
    expect(wheel.turn(200, 4)).toEqual({ asked: 2, more: false });
    expect(asked).toHaveLength(10);
  });

  it('I6 goes on past an owner that throws, and asks it again a second later', () => {
    const told: unknown[] = [];
    const wheel = new TimingWheel(tickMs, 0, (_owner, error) => void told.push(error));
    let tries = 0;
    const asked: number[] = [];
    wheel.add({ due: () => thrower((tries += 1)) }, 100);
    wheel.add({ due: (now) => (asked.push(now), never) }, 100);
    wheel.turn(100, never);
    expect([told.length, tries, asked]).toEqual([1, 1, [100]]);
    wheel.turn(1_099, never);
    expect(tries).toBe(1);
    wheel.turn(1_100, never);
    expect([told.length, tries, wheel.size]).toEqual([2, 2, 1]);
  });

  it('never asks an owner twice in one turn, even one that names the past', () => {
    const { wheel, asked, owner } = wheelAt(0);
    wheel.add(owner(0), 100);
    wheel.turn(100, never);
    wheel.turn(100, never);
    expect(asked).toEqual([100]);
    wheel.turn(150, never);
    expect(asked).toEqual([100, 150]);
  });

  it('FM-14 does nothing about an id that is not on it', () => {
    const { wheel, owner } = wheelAt(0);
    const id = wheel.add(owner(never), 100);
    wheel.remove(id);
    for (const gone of [id, noEntry, 7, 99_999]) {
      wheel.remove(gone);
      wheel.move(gone, 50);
      expect(wheel.deadlineOf(gone)).toBe(never);
    }
    expect(wheel.size).toBe(0);
    expect(wheel.turn(1_000, never)).toEqual({ asked: 0, more: false });
  });

  it('skips time in which nothing was on it, and only then', () => {
    const { wheel, asked, owner } = wheelAt(0);
    wheel.restart(1e9);
    wheel.add(owner(never), 1e9 + 100);
    wheel.restart(2e9);
    wheel.turn(1e9 + 100, never);
    expect(asked).toEqual([1e9 + 100]);
  });

  it('I5 gives the room that a crowd took back when the last one leaves', () => {
    const { wheel, owner } = wheelAt(0);
    const ids = Array.from({ length: 10_000 }, () => wheel.add(owner(never), 100));
    expect(new Set(ids).size).toBe(10_000);
    for (const id of ids) wheel.remove(id);
    expect(wheel.size).toBe(0);
    // A wheel that kept its table would hand out the place that was freed last.
    expect(wheel.add(owner(never), 100)).toBe(0);
  });

  it('I5 gives it back also when the crowd leaves by being asked', () => {
    const { wheel, asked, owner } = wheelAt(0);
    for (let entry = 0; entry < 1_000; entry += 1) wheel.add(owner(never), entry);
    wheel.turn(2_000, never);
    expect([asked.length, wheel.size]).toEqual([1_000, 0]);
    expect(wheel.add(owner(never), 3_000)).toBe(0);
    wheel.turn(3_000, never);
    expect(asked).toHaveLength(1_001);
  });

  it('I3 asks whoever names a deadline in the next tick in that tick, and not one later', () => {
    const wheel = new TimingWheel(tickMs, 0, () => {});
    const askedAt: number[] = [];
    const due = (now: number): number => {
      askedAt.push(now);
      return now === 651 ? 652 : never;
    };
    wheel.add({ due }, 640);
    for (const now of [651, 701, 751]) wheel.turn(now, 10);
    expect(askedAt).toEqual([651, 701]);
  });
});

function wheelAt(now: number): {
  wheel: TimingWheel;
  asked: number[];
  owner: (answer: number) => Timed;
} {
  const asked: number[] = [];
  const wheel = new TimingWheel(tickMs, now, (_owner, error) => {
    throw error;
  });
  return { wheel, asked, owner: (answer) => ({ due: (at) => (asked.push(at), answer) }) };
}

function thrower(tries: number): never {
  throw new Error(`threw ${tries} times`);
}
