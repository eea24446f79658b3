import { describe, expect, test } from 'vitest';
import { Faults } from '../../src/sessions/faults.ts';
import type { Fault } from '../../src/sessions/session-event.ts';

function ward(): { faults: Faults; told: Fault[]; pass: (ms: number) => void } {
  let now = 0;
  const told: Fault[] = [];
  return {
    faults: new Faults(
      () => now,
      (fault) => told.push(fault),
    ),
    told,
    pass: (ms) => {
      now += ms;
    },
  };
}

function fail(): number {
  throw new Error('x');
}

describe('faults', () => {
  test('I12 I6 counts every failure and tells one a minute and place, with how many were not told', () => {
    const { faults, told, pass } = ward();
    for (let number = 0; number < 100; number += 1)
      faults.report('socket', new Error(`n${number}`));
    faults.report('hook', new Error('other'));
    pass(60_000);
    faults.report('socket', new Error('late'), { session: 's' });
    expect(faults.counts()).toEqual(
      new Map([
        ['socket', 101],
        ['hook', 1],
      ]),
    );
    expect(told).toEqual([
      { type: 'fault', where: 'socket', error: 'Error: n0', untold: 0 },
      { type: 'fault', where: 'hook', error: 'Error: other', untold: 0 },
      { type: 'fault', where: 'socket', error: 'Error: late', session: 's', untold: 99 },
    ]);
  });

  test('stand until they have been quiet for a minute', () => {
    const { faults, pass } = ward();
    faults.report('socket', new Error('x'));
    pass(50_000);
    faults.report('socket', 'not even an error');
    pass(59_000);
    expect(faults.standing()).toMatchObject([
      { where: 'socket', forMs: 109_000, error: 'not even an error' },
    ]);
    pass(1_000);
    expect(faults.standing()).toEqual([]);
    faults.report('socket', new Error('again'));
    expect(faults.standing()).toMatchObject([{ forMs: 0 }]);
  });

  test('that are held stand until they are over', () => {
    const { faults, pass } = ward();
    faults.report('sweep', new Error('x'), { hold: true });
    pass(3_600_000);
    expect(faults.standing()).toMatchObject([{ where: 'sweep', forMs: 3_600_000 }]);
    faults.over('sweep');
    expect(faults.standing()).toEqual([]);
    faults.over('timer');
  });

  test('say what a person can do', () => {
    const { faults } = ward();
    const places = [
      'listener',
      'hook',
      'socket',
      'timer',
      'heartbeat',
      'sweep',
      'loop-lag',
      'registry',
      'application',
    ] as const;
    for (const place of places) faults.report(place, new Error('x'));
    for (const { do: remedy } of faults.standing()) expect(remedy.length).toBeGreaterThan(20);
    expect(faults.standing()).toHaveLength(places.length);
  });

  test('give the other answer when an act throws', () => {
    const { faults } = ward();
    expect(faults.attempt('socket', () => 1, 2)).toBe(1);
    expect(faults.attempt('socket', fail, 2)).toBe(2);
    expect(faults.guard('socket', () => {})).toBe(true);
    expect(faults.guard('socket', fail)).toBe(false);
    expect(faults.counts().get('socket')).toBe(2);
  });
});
