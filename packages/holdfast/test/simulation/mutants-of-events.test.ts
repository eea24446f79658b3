import { describe, expect, it } from 'vitest';
import { few, violationOf } from './kill.ts';
import { drainingMutants } from './mutants-of-draining.ts';
import { receiptMutants } from './mutants-of-receipts.ts';
import { resumingMutants } from './mutants-of-resuming.ts';

describe.each([
  { about: 'resuming', mutants: resumingMutants, from: 2 },
  { about: 'receipts', mutants: receiptMutants, from: 2 },
  // The fourth world is drained in the middle of everything.
  { about: 'draining', mutants: drainingMutants, from: 4 },
])('FM-89 about $about the simulator notices when', ({ mutants, from }) => {
  it.each(mutants)(
    '$name',
    async (mutant) => {
      expect(await violationOf(mutant, { count: few, from })).toMatch(/^I\d+: /);
    },
    60_000,
  );
});
