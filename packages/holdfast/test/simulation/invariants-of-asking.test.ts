import { expect, it } from 'vitest';
import { runSeeds } from './run-seeds.ts';

it('I1 I2 I3 I7 I8 I12 hold after every callback in simulated worlds 1 to 30 in which newcomers are asked', async () => {
  const counts = await runSeeds({ first: 1, count: 30, settings: { onLimit: 'ask' } });
  expect(counts['asked']).toBeGreaterThan(500);
  expect(counts['closed: taken-over']).toBeGreaterThan(200);
  expect(counts['askingEnded']).toBe(counts['asked']);
}, 600_000);
