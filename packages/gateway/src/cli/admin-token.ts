import { failed, wrongUsage } from './command-failure.ts';
import { type GivenSetting, findGiven } from './given.ts';
import { findMadeUpSecrets, secretsFolder } from './made-up-secrets.ts';
import type { Terminal } from './terminal.ts';

/**
 * The bearer token of the HTTP API: from the flag, HOLDFAST_ADMIN_TOKEN, or the one a gateway in
 * development made up in this folder. @throws CommandFailure where there is none
 */
export function findAdminToken(flag: string | undefined, terminal: Terminal): GivenSetting {
  const given = findGiven('admin-token', flag, terminal);
  if (given === undefined) {
    const folder = secretsFolder(terminal);
    const madeUp = findMadeUpSecrets(terminal);
    if (madeUp !== undefined) return { value: madeUp.adminToken, from: folder };
    throw failed(
      'Expected an admin token, got none: no `--admin-token`, no HOLDFAST_ADMIN_TOKEN, and no gateway has made one up ' +
        `in ${folder}. Give the one the gateway was started with, or go to the folder where it was started.`,
    );
  }
  if (/^[!-~]+$/.test(given.value)) return given;
  throw wrongUsage(
    `Expected ${given.from} to be printable ASCII without spaces, got other characters.`,
  );
}
