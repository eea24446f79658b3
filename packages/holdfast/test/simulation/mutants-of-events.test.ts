import { describe, expect, it } from 'vitest';
import { few, violationOf } from './kill.ts';
import { drainingMutants } from './mutants-of-draining.ts';
import { receiptMutants } from './mutants-of-receipts.ts';
import { resumingMutants } from './mutants-of-resuming.ts';
import { tokenMutants } from './mutants-of-tokens.ts';

describe.each([
  { about: 'resuming', mutants: resumingMutants },
  { about: 'receipts', mutants: receiptMutants },
  { about: 'draining', mutants: drainingMutants },
  { about: 'tokens', mutants: tokenMutants },
])('FM-89 about $about the simulator notices when', ({ mutants }) => {
  it.each(mutants)(
    '$name',
    async (mutant) => {
      expect(await violationOf(mutant, { count: few })).toMatch(/^I\d+: /);
    },
    60_000,
  );
});
