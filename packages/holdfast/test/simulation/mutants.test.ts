import { describe, expect, it } from 'vitest';
import { few, violationOf } from './kill.ts';
import { askingMutants } from './mutants-of-asking.ts';
import { simulatorMutants } from './mutants-of-simulator.ts';

/** The oldest mistakes; all of the list are held against many more worlds in the long tier. */
const oldest = 10;

describe('FM-89 the simulator notices when', () => {
  it.each(simulatorMutants.slice(0, oldest))(
    '$name',
    async (mutant) => {
      expect(await violationOf(mutant, { count: few })).toMatch(/^I\d+: /);
    },
    60_000,
  );
});

describe('FM-89 in worlds that ask the simulator notices when', () => {
  it.each(askingMutants)(
    '$name',
    async (mutant) => {
      const settings = { onLimit: 'ask' } as const;
      expect(await violationOf(mutant, { count: few, settings })).toMatch(/^I\d+: /);
    },
    60_000,
  );
});
