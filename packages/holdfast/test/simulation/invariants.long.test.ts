import { describe, expect, it } from 'vitest';
import { runSeeds } from './run-seeds.ts';

const worlds = 10_000;
const perTest = 500;

describe('I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 in ten thousand simulated worlds', () => {
  for (let first = 1_001; first < 1_001 + worlds; first += perTest) {
    it(`hold after every callback in worlds ${first} to ${first + perTest - 1}`, async () => {
      const counts = await runSeeds({ first, count: perTest });
      expect(counts['opened']).toBeGreaterThan(10_000);
    });
  }
});
