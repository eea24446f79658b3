import { expect, it } from 'vitest';
import { runClusterSeeds } from './run-cluster-seeds.ts';

it('I1 I2 I3 I4 I5 I6 I7 I8 I12 hold in simulated clusters 101 to 200, whatever fails', async () => {
  const counts = await runClusterSeeds({ first: 101, count: 100 });
  expect(counts['opened']).toBeGreaterThan(2_000);
}, 600_000);
