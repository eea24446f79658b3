import { describe, expect, it } from 'vitest';
import { violationOf } from './kill.ts';
import { askingMutants } from './mutants-of-asking.ts';
import { drainingMutants } from './mutants-of-draining.ts';
import { receiptMutants } from './mutants-of-receipts.ts';
import { resumingMutants } from './mutants-of-resuming.ts';
import { simulatorMutants } from './mutants-of-simulator.ts';

/** The oldest mistakes; all of the list are held against many more worlds in the long tier. */
const few = 10;
const mostSeeds = 20;

describe('FM-89 the simulator notices when', () => {
  it.each([
    ...simulatorMutants.slice(0, few),
    ...resumingMutants,
    ...receiptMutants,
    ...drainingMutants,
  ])(
    '$name',
    async (mutant) => {
      expect(await violationOf(mutant, mostSeeds)).toMatch(/^I\d+: /);
    },
    60_000,
  );
});

describe('FM-89 in worlds that ask the simulator notices when', () => {
  it.each(askingMutants)(
    '$name',
    async (mutant) => {
      expect(await violationOf(mutant, mostSeeds, { onLimit: 'ask' })).toMatch(/^I\d+: /);
    },
    60_000,
  );
});
