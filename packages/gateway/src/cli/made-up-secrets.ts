import path from 'node:path';
import {
  type DevelopmentSecrets,
  ensureDevelopmentSecrets,
  readDevelopmentSecrets,
} from '../server/config/development-secrets.ts';
import { failed } from './command-failure.ts';
import type { Terminal } from './terminal.ts';

/** Where a gateway in development keeps the secrets it made up, as an absolute path. */
export function secretsFolder({ folder }: Pick<Terminal, 'folder'>): string {
  return path.join(folder, '.holdfast');
}

/** The secrets of this working folder; made up when there are none. @throws CommandFailure */
export function makeUpSecrets(terminal: Pick<Terminal, 'folder'>): DevelopmentSecrets {
  return orFail(terminal, ensureDevelopmentSecrets);
}

/** The secrets a gateway made up in this working folder, if one did. @throws CommandFailure */
export function findMadeUpSecrets(
  terminal: Pick<Terminal, 'folder'>,
): DevelopmentSecrets | undefined {
  return orFail(terminal, readDevelopmentSecrets);
}

function orFail<Found>(terminal: Pick<Terminal, 'folder'>, act: (folder: string) => Found): Found {
  const folder = secretsFolder(terminal);
  try {
    return act(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined && error instanceof Error) throw failed(error.message, error);
    throw failed(`Expected ${folder} to be a folder of yours, got ${code ?? 'an error'}.`, error);
  }
}
