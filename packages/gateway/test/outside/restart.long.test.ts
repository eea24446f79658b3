import { describe, expect, it } from 'vitest';
import { killAndRestart } from './restart.ts';

describe('a gateway that is killed under its clients', () => {
  it('D5 I4 and started anew has all 2,000 of them back within 30 s, each told that its record is gone', async () => {
    const outcome = await killAndRestart(2_000, 60_000);
    expect(outcome).toMatchObject({
      missing: 0,
      gaps: { epoch: 2_000 },
      sessions: 2_000,
      reached: 2_000,
    });
    expect(outcome.backAfterMs).toBeLessThan(30_000);
  });
});
