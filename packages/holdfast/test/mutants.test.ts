import { describe, expect, it } from 'vitest';
import {
  clusterMutants,
  rarelySeenClusterMutants,
} from './cluster-simulation/mutants-of-cluster.ts';
import { checkMutant } from './mutants.ts';
import { moreMutants, propertyMutants } from './properties/mutants-of-properties.ts';
import { askingMutants } from './simulation/mutants-of-asking.ts';
import { drainingMutants } from './simulation/mutants-of-draining.ts';
import { receiptMutants } from './simulation/mutants-of-receipts.ts';
import { rarelySeenMutants, resumingMutants } from './simulation/mutants-of-resuming.ts';
import { simulatorMutants } from './simulation/mutants-of-simulator.ts';
import { rarelySeenTokenMutants, tokenMutants } from './simulation/mutants-of-tokens.ts';
import { storeMutants } from './stores/memory/mutants-of-the-store.ts';

/** Most of them run in the long tier only; that the source has moved on is told at once. */
describe('FM-89 the mistake can still be made:', () => {
  it.each([
    ...askingMutants,
    ...clusterMutants,
    ...drainingMutants,
    ...moreMutants,
    ...propertyMutants,
    ...rarelySeenClusterMutants,
    ...rarelySeenMutants,
    ...rarelySeenTokenMutants,
    ...receiptMutants,
    ...resumingMutants,
    ...simulatorMutants,
    ...storeMutants,
    ...tokenMutants,
  ])('$name', (mutant) => {
    expect(() => checkMutant(mutant)).not.toThrow();
  });
});
