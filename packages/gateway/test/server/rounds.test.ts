import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startRounds } from '../../src/server/rounds.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('I6 a round that throws is told and stops neither itself nor the others', () => {
  const thrown: unknown[] = [];
  let turns = 0;
  const failure = new Error('no');
  const end = startRounds(
    [
      {
        everyMs: 10,
        act: () => {
          throw failure;
        },
      },
      { everyMs: 10, act: () => (turns += 1) },
    ],
    (error) => thrown.push(error),
  );
  vi.advanceTimersByTime(30);
  expect(turns).toBe(3);
  expect(thrown).toEqual([failure, failure, failure]);
  end();
  vi.advanceTimersByTime(30);
  expect(turns).toBe(3);
});
