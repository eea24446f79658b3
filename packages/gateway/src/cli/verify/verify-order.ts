import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { shown } from '../../server/config/config-error.ts';
import { findNearestName } from '../../server/config/nearest-name.ts';
import { failed, wrongUsage } from '../command-failure.ts';
import { readEvidenceKey } from '../evidence-key.ts';
import { readWholeNumber } from '../whole-number.ts';
import type { Terminal } from '../terminal.ts';

/** What `holdfast verify` was given, as text. */
export interface VerifyFlags {
  readonly target?: string;
  readonly authSecret?: string;
  readonly authIssuer?: string;
  readonly authAudience?: string;
  readonly adminToken?: string;
  readonly category?: readonly string[];
  readonly pattern?: readonly string[];
  readonly env?: string;
  readonly failFast?: boolean;
  readonly verbose?: boolean;
  readonly list?: boolean;
  readonly repeat?: string;
  readonly seed?: string;
  readonly out?: string;
  readonly evidenceKey?: string;
  readonly json?: boolean;
  readonly testPattern?: string;
  readonly realServices?: boolean;
}

/** How scenarios are to be played. */
export interface VerifyOrder {
  /** Null where nothing was said. */
  readonly environment: string | null;
  readonly seed: number;
  readonly repeat: number;
  readonly failFast: boolean;
  /** The folder for evidence, null for none. */
  readonly out: string | null;
  /** Signs the evidence; undefined where nobody gave one. */
  readonly evidenceKey: string | undefined;
}

const environments = ['test', 'ci', 'development', 'staging', 'production'];
const largestSeed = 2 ** 32 - 1;

/** Reads the flags that need no catalogue; makes the folder for evidence. @throws CommandFailure */
export function readOrder(flags: VerifyFlags, terminal: Terminal): VerifyOrder {
  return {
    environment: readEnvironment(flags.env),
    seed: readSeed(flags.seed),
    repeat: flags.repeat === undefined ? 1 : readWholeNumber('repeat', flags.repeat),
    failFast: flags.failFast === true,
    out: flags.out === undefined ? null : makeFolder(path.resolve(terminal.folder, flags.out)),
    evidenceKey: readEvidenceKey(flags, terminal),
  };
}

/** The flags by which test runners elsewhere are told the same. @throws CommandFailure */
export function refuseForeignFlags({ testPattern, realServices }: VerifyFlags): void {
  if (testPattern !== undefined) {
    throw wrongUsage(
      `Expected a pattern to be given by \`--pattern\`, got \`--test-pattern\`. \`--pattern '*manager*limit*'\` is how it is written here.`,
    );
  }
  if (realServices === true) {
    throw wrongUsage(
      'Expected no `--real-services`, got it. Everything here is real: a gateway, its sockets, and clients in processes of their own. Leave it out.',
    );
  }
}

/** The name of an environment; null where nothing was said. @throws CommandFailure */
export function readEnvironment(given: string | undefined): string | null {
  if (given === undefined) return null;
  const name = given.trim().toLowerCase();
  if (environments.includes(name)) return name;
  const nearest = findNearestName(name, environments) ?? '';
  throw wrongUsage(
    `Expected \`--env\` to be one of ${environments.join(', ')}, got ${shown(given)}. The nearest is \`${nearest}\`.`,
  );
}

function readSeed(given: string | undefined): number {
  if (given === undefined) return randomInt(1, largestSeed);
  const seed = /^\d{1,10}$/.test(given.trim()) ? Number(given) : Number.NaN;
  if (seed <= largestSeed) return seed;
  throw wrongUsage(
    `Expected \`--seed\` to be a whole number from 0 to ${largestSeed}, got ${shown(given)}. A run tells the one it had.`,
  );
}

/**
 * The folder evidence goes into. Made before the run: a folder that cannot be written is told at once, not after two minutes.
 *
 * @throws CommandFailure
 */
export function makeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    throw failed(
      `Expected \`--out\` to be a folder that can be made, got ${code} for ${folder}.`,
      error,
    );
  }
}
