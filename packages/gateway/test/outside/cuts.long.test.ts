import { describe, expect, it } from 'vitest';
import { shortfallsOf } from './cuts.ts';

describe('clients whose connections are cut, reset, half-opened, paused, delayed and throttled', () => {
  it('I1 I3 I4 get each of 10,000 events once and in order through 200 cuts each, a hundred clients at the limit', async () => {
    const shortfalls = await shortfallsOf({
      users: 20,
      eventsPerUser: 10_000,
      cutsPerClient: 200,
      silentCutsPerClient: 5,
      seed: 2,
      paceMs: 12,
    });
    expect(shortfalls).toEqual([]);
  });
});
