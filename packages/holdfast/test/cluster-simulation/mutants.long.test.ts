import { describe, expect, it } from 'vitest';
import type * as Simulator from '../../src/testing/cluster-simulator.ts';
import { type Mutant, withMutant } from '../mutants.ts';
import { clusterMutants, rarelySeenClusterMutants } from './mutants-of-cluster.ts';

/** What the simulator finds wrong with the mutant in the first world that shows it; null when it survives all. */
async function violationOf(
  mutant: Mutant,
  { most, rounds }: { readonly most: number; readonly rounds: number },
): Promise<string | null> {
  return await withMutant(mutant, async (load) => {
    const { simulateCluster } = (await load('testing/cluster-simulator.ts')) as typeof Simulator;
    for (let seed = 1; seed <= most; seed += 1) {
      const { violation } = await simulateCluster({ seed, rounds });
      if (violation !== null) return `${violation.invariant}: ${violation.message} (world ${seed})`;
    }
    return null;
  });
}

describe('FM-89 within two hundred simulated clusters the simulator notices when', () => {
  it.each(clusterMutants)('$name', async (mutant) => {
    expect(await violationOf(mutant, { most: 200, rounds: 1 })).toMatch(/^I\d+: /);
  });
});

describe('FM-89 within five hundred simulated clusters of three rounds the simulator notices when', () => {
  it.each(rarelySeenClusterMutants)('$name', async (mutant) => {
    expect(await violationOf(mutant, { most: 500, rounds: 3 })).toMatch(/^I\d+: /);
  });
});
