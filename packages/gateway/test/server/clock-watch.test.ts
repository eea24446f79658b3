import { expect, it } from 'vitest';
import { ClockWatch } from '../../src/server/clock-watch.ts';

it('B10 a clock that stays behind for a minute is told once, and again when it is right', () => {
  let behindMs = 0;
  const said: string[] = [];
  const watch = new ClockWatch({
    wallClock: { now: () => 0, behindMs: () => behindMs },
    onBehind: (ms) => said.push(`behind ${ms}`),
    onRight: () => said.push('right'),
  });
  const look = (times: number): void => {
    for (let count = 0; count < times; count += 1) watch.look();
  };
  look(100);
  behindMs = 3_600_000;
  look(59);
  expect(said).toEqual([]);
  look(61);
  behindMs = 0;
  look(10);
  expect(said).toEqual(['behind 3600000', 'right']);
});
