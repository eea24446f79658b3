import { expect, it } from 'vitest';
import { runSeeds } from './run-seeds.ts';

it('I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 hold after every callback in simulated worlds 201 to 300', async () => {
  const counts = await runSeeds({ first: 201, count: 100 });
  expect(counts['opened']).toBeGreaterThan(10_000);
}, 600_000);
