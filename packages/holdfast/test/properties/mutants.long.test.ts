import { describe, expect, it } from 'vitest';
import { violationOf } from './kill.ts';
import { moreMutants, propertyMutants } from './mutants-of-properties.ts';

describe('FM-89 with random seeds the property of the session layer notices when', () => {
  it.each([...propertyMutants, ...moreMutants])('$name', async (mutant) => {
    expect(await violationOf(mutant, { numRuns: 3_000 })).toMatch(/\bI\d+ /);
  });
});
