import { LARGEST_USER_ID_BYTES, isUserId } from '../server/auth/user-id.ts';
import { mintToken } from '../server/auth/mint.ts';
import { shown } from '../server/config/config-error.ts';
import { parseDuration } from '../server/config/units.ts';
import { findAdminToken } from './admin-token.ts';
import { findAuthSecret, findParties } from './auth-secret.ts';
import { wrongUsage } from './command-failure.ts';
import type { Terminal } from './terminal.ts';
import { readWholeNumber } from './whole-number.ts';
import { writeJson } from './wording.ts';

/** What `holdfast token` was given, as text. */
export interface TokenFlags {
  readonly user?: string;
  readonly ttl?: string;
  readonly maxSessions?: string;
  readonly device?: string;
  readonly admin?: boolean;
  readonly authSecret?: string;
  readonly authIssuer?: string;
  readonly authAudience?: string;
  readonly adminToken?: string;
  readonly json?: boolean;
}

const USUAL_TTL = '1h';

/** Prints a token for a user, or the admin token; nothing else goes to the standard output. */
export function printToken(flags: TokenFlags, terminal: Terminal): void {
  const answer = flags.admin === true ? adminToken(flags, terminal) : userToken(flags, terminal);
  if (flags.json === true) writeJson(answer, terminal);
  else terminal.out.write(`${answer.token}\n`);
}

function adminToken(flags: TokenFlags, terminal: Terminal): { readonly token: string } {
  if (flags.user !== undefined) {
    throw wrongUsage(
      'Expected `--user` or `--admin` to be given, got both. Ask for one at a time.',
    );
  }
  return { token: findAdminToken(flags.adminToken, terminal).value };
}

interface UserToken {
  readonly token: string;
  readonly user: string;
  readonly expiresAt: number;
}

function userToken(flags: TokenFlags, terminal: Terminal): UserToken {
  const { user, device } = flags;
  if (user === undefined) {
    throw wrongUsage(
      'Expected `--user` or `--admin` to be given, got neither. `holdfast token --user anna` mints a token for anna.',
    );
  }
  if (!isUserId(user)) {
    throw wrongUsage(
      `Expected \`--user\` to be 1 to ${LARGEST_USER_ID_BYTES} bytes of text, got ${Buffer.byteLength(user)}.`,
    );
  }
  const ttlMs = readTtl(flags.ttl ?? USUAL_TTL);
  const maxSessions =
    flags.maxSessions === undefined
      ? undefined
      : readWholeNumber('max-sessions', flags.maxSessions);
  const minted = mintToken({
    secret: findAuthSecret(flags.authSecret, terminal),
    userId: user,
    nowMs: Date.now(),
    ttlMs,
    ...(maxSessions !== undefined && { maxSessions }),
    ...(device !== undefined && { device }),
    ...findParties(flags, terminal),
  });
  if (!minted.ok) throw wrongUsage(minted.detail);
  return { token: minted.token, user, expiresAt: minted.expiresAtMs };
}

function readTtl(text: string): number {
  const ttlMs = parseDuration(text);
  if (ttlMs !== undefined && ttlMs > 0) return ttlMs;
  throw wrongUsage(
    `Expected \`--ttl\` to be a duration such as 80ms, 25s, 5m or 1h, got ${shown(text)}.`,
  );
}
