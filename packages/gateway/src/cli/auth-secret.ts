import { SMALLEST_SECRET_BYTES } from '../server/config/relations.ts';
import { failed, wrongUsage } from './command-failure.ts';
import { findGiven } from './given.ts';
import { findMadeUpSecrets, secretsFolder } from './made-up-secrets.ts';
import type { Terminal } from './terminal.ts';

/** The flags of every command that mints tokens. */
export interface PartyFlags {
  readonly authIssuer?: string;
  readonly authAudience?: string;
}

/** What the gateway asks of its tokens by `--auth-issuer` and `--auth-audience`, the token must carry. */
export function findParties(
  flags: PartyFlags,
  terminal: Terminal,
): { readonly issuer?: string; readonly audience?: string } {
  const issuer = findGiven('auth-issuer', flags.authIssuer, terminal)?.value;
  const audience = findGiven('auth-audience', flags.authAudience, terminal)?.value;
  return { ...(issuer !== undefined && { issuer }), ...(audience !== undefined && { audience }) };
}

/**
 * The secret tokens are signed with: from the flag, HOLDFAST_AUTH_SECRET, or the one a gateway in development made up in
 * this folder. @throws CommandFailure where there is none, or one that is too short
 */
export function findAuthSecret(flag: string | undefined, terminal: Terminal): string {
  const given = findGiven('auth-secret', flag, terminal);
  if (given === undefined) {
    const madeUp = findMadeUpSecrets(terminal);
    if (madeUp !== undefined) return madeUp.authSecret;
    throw failed(
      'Expected a secret to sign with, got none: no `--auth-secret`, no HOLDFAST_AUTH_SECRET, and no gateway has made one up ' +
        `in ${secretsFolder(terminal)}. Give the gateway's secret, or start one here with \`holdfast serve --env development\`.`,
    );
  }
  const bytes = Buffer.byteLength(given.value, 'utf8');
  if (bytes >= SMALLEST_SECRET_BYTES) return given.value;
  throw wrongUsage(
    `Expected ${given.from} to be at least ${SMALLEST_SECRET_BYTES} bytes in UTF-8, got ${bytes}. ` +
      'It has to be the secret the gateway was started with.',
  );
}
