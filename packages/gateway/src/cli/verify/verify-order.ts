import path from 'node:path';
import { wrongUsage } from '../command-failure.ts';
import { readEvidenceKey } from '../evidence-key.ts';
import { readSeed } from '../seed-flag.ts';
import { readEnvironment } from '../target/environment-flag.ts';
import { makeFolder } from '../target/out-folder.ts';
import type { TargetFlags } from '../target/target-flags.ts';
import { readWholeNumber } from '../whole-number.ts';
import type { Terminal } from '../terminal.ts';

/** What `holdfast verify` was given, as text. */
export interface VerifyFlags extends TargetFlags {
  readonly category?: readonly string[];
  readonly pattern?: readonly string[];
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
