import { describe, expect, it } from 'vitest';
import { shortfallsOf } from './cuts.ts';

describe('clients whose connections are cut, reset, half-opened, paused, delayed and throttled', () => {
  it('I1 I3 I4 get each of 1,000 events once and in order through 20 cuts each, twenty clients at the limit', async () => {
    const shortfalls = await shortfallsOf({
      users: 4,
      eventsPerUser: 1_000,
      cutsPerClient: 20,
      silentCutsPerClient: 1,
      seed: 1,
      paceMs: 12,
    });
    expect(shortfalls).toEqual([]);
  });
});
