import { describe, expect, it } from 'vitest';
import { violationOf } from './kill.ts';
import { askingMutants } from './mutants-of-asking.ts';
import { drainingMutants } from './mutants-of-draining.ts';
import { receiptMutants } from './mutants-of-receipts.ts';
import { rarelySeenMutants, resumingMutants } from './mutants-of-resuming.ts';
import { simulatorMutants } from './mutants-of-simulator.ts';
import { rarelySeenTokenMutants, tokenMutants } from './mutants-of-tokens.ts';

const count = 200;

describe('FM-89 within two hundred worlds the simulator notices when', () => {
  it.each([
    ...simulatorMutants,
    ...resumingMutants,
    ...rarelySeenMutants,
    ...receiptMutants,
    ...drainingMutants,
    ...tokenMutants,
    ...rarelySeenTokenMutants,
  ])('$name', async (mutant) => {
    expect(await violationOf(mutant, { count })).toMatch(/^I\d+: /);
  });
});

describe('FM-89 within two hundred worlds that ask the simulator notices when', () => {
  it.each(askingMutants)('$name', async (mutant) => {
    expect(await violationOf(mutant, { count, settings: { onLimit: 'ask' } })).toMatch(/^I\d+: /);
  });
});
