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

/** What the command line asks for: a run, the usage, or something there is not. */
export type Request =
  | { readonly wants: 'run'; readonly plan: Plan }
  | { readonly wants: 'help'; readonly text: string }
  | { readonly wants: 'nothing known'; readonly text: string };

const options = {
  only: { type: 'string', multiple: true },
  quick: { type: 'boolean' },
  rounds: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the command line. What it does not know is answered with one line that says so, and the usage. */
export function readRequest(args: readonly string[], suites: readonly string[]): Request {
  const usage = `usage: npm run bench -- [--quick] [--rounds N] [--only NAME]…\nsuites: ${suites.join(', ')}`;
  const refuse = (why: string): Request => ({ wants: 'nothing known', text: `${why}\n${usage}` });
  const given = readFlags(args);
  if (typeof given === 'string') return refuse(given);
  if (given.help === true) return { wants: 'help', text: usage };
  const only = (given.only ?? []).flatMap((names) => names.split(','));
  const unknown = only.find((name) => !suites.includes(name));
  if (unknown !== undefined) return refuse(`Expected --only to name a suite, got ${unknown}.`);
  const isQuick = given.quick ?? false;
  const rounds = Number(given.rounds ?? (isQuick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1)
    return refuse(`Expected --rounds to be a whole number from 1, got ${given.rounds}.`);
  return { wants: 'run', plan: { only, isQuick, rounds } };
}

type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

/** The flags, or a line about the one that is none. */
function readFlags(args: readonly string[]): Flags | string {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const isUsage = error instanceof TypeError && 'code' in error;
    if (!isUsage || !String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    return `${error.message.split('\n')[0]}`;
  }
}
