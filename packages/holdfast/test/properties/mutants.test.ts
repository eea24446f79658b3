import { describe, expect, it } from 'vitest';
import { violationOf } from './kill.ts';
import { propertyMutants } from './mutants-of-properties.ts';

describe('FM-89 the property of the session layer notices when', () => {
  it.each(propertyMutants)('$name', async (mutant) => {
    expect(await violationOf(mutant, { seed: 1, numRuns: 300 })).toMatch(/\bI\d+ /);
  });
});
