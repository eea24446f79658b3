import { describe, expect, it } from 'vitest';
import { cutAgainAndAgain } from './cuts.ts';

describe('clients whose connections are cut, reset, half-opened, paused, delayed and throttled', () => {
  it('I1 I3 I4 get each of 10,000 events once and in order through 200 cuts each, a hundred clients at the limit', async () => {
    const outcome = await cutAgainAndAgain({
      users: 20,
      eventsPerUser: 10_000,
      cutsPerClient: 200,
      silentCutsPerClient: 5,
      seed: 2,
      paceMs: 12,
    });
    expect(outcome.faults).toEqual([]);
    expect(outcome).toMatchObject({ gaps: 0, cuts: 100 * 200, sessions: 100 });
    expect(outcome.greetings).toBeGreaterThanOrEqual(100 * 100);
  });
});
