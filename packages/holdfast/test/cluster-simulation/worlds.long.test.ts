import { describe, expect, it } from 'vitest';
import { runClusterSeeds } from './run-cluster-seeds.ts';

const worlds = 5_000;
const perTest = 250;

describe('I1 I2 I3 I4 I5 I6 I7 I8 I12 in five thousand simulated clusters', () => {
  for (let first = 1_001; first < 1_001 + worlds; first += perTest) {
    it(`hold in clusters ${first} to ${first + perTest - 1}, whatever fails`, async () => {
      const counts = await runClusterSeeds({ first, count: perTest, rounds: 2 });
      expect(counts['opened']).toBeGreaterThan(5_000);
    });
  }
});
