import { parseArgs } from 'node:util';
import { type SystemName, systemNames } from './systems/system.ts';

/** What a run was asked for. */
export interface Plan {
  readonly only: readonly SystemName[];
  /** One round and small sizes: shows that everything runs, proves nothing. */
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly seed: number;
  /** Where the evidence of each system and the table go. */
  readonly out: string;
  /** Put the tables into README.md and docs/comparison.md. */
  readonly writesDocuments: boolean;
}

const usage =
  'usage: npm run compare -- [--quick] [--rounds N] [--only SYSTEM]… [--seed N] [--out DIR] [--write]';

/** Reads the command line. Throws with the usage for what it does not know. */
export function readPlan(args: readonly string[], usualOut: string): Plan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      out: { type: 'string' },
      quick: { type: 'boolean' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      write: { type: 'boolean' },
    },
  });
  const isQuick = values.quick ?? false;
  return {
    only: readNames(values.only ?? []),
    isQuick,
    rounds: readNumber('--rounds', values.rounds ?? (isQuick ? '1' : '3')),
    seed: readNumber('--seed', values.seed ?? '1'),
    out: values.out ?? usualOut,
    writesDocuments: values.write ?? false,
  };
}

function readNames(given: readonly string[]): readonly SystemName[] {
  const names = given.flatMap((one) => one.split(','));
  const unknown = names.find((name) => !systemNames.some((one) => one === name));
  if (unknown === undefined) return systemNames.filter((one) => names.includes(one));
  throw new Error(
    `Expected --only to name one of ${systemNames.join(', ')}, got ${unknown}.\n${usage}`,
  );
}

function readNumber(flag: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`Expected ${flag} to be a whole number from 1, got ${text}.\n${usage}`);
}
