import { parseArgs } from 'node:util';

/** What a run was asked for. */
export interface Plan {
  /** Names of the suites to run; empty for all. */
  readonly only: readonly string[];
  /** One round and small sizes: shows that everything runs, proves nothing. */
  readonly isQuick: boolean;
  /** Rounds of each measurement; the median counts. */
  readonly rounds: number;
}

const usage = 'usage: npm run bench -- [--quick] [--rounds N] [--only NAME]…';

/** Reads the command line. Throws with the usage for what it does not know. */
export function readPlan(args: readonly string[], suites: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean' },
      rounds: { type: 'string' },
    },
  });
  const only = (values.only ?? []).flatMap((names) => names.split(','));
  for (const name of only) {
    if (suites.includes(name)) continue;
    throw new Error(`Expected --only to name one of ${suites.join(', ')}, got ${name}.\n${usage}`);
  }
  const isQuick = values.quick ?? false;
  const rounds = Number(values.rounds ?? (isQuick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`Expected --rounds to be a whole number from 1, got ${rounds}.\n${usage}`);
  }
  return { only, isQuick, rounds };
}
