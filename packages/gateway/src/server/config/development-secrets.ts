import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Secrets made up for one working folder. */
export interface DevelopmentSecrets {
  /** HS256 secret, 43 characters of base64url. */
  readonly authSecret: string;
  readonly adminToken: string;
}

const AUTH_SECRET_FILE = 'auth-secret';
const ADMIN_TOKEN_FILE = 'admin-token';
const SECRET_SHAPE = /^[A-Za-z0-9_-]{43}$/;

/**
 * The secrets of this folder, made up at the first call and the same ever after, so that tokens
 * outlive a restart. The folder gets mode 0700, the files 0600. Two processes that start at once
 * agree on one secret.
 *
 * @throws Error when the folder cannot be written, or a file in it holds something else.
 */
export function ensureDevelopmentSecrets(folder: string): DevelopmentSecrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return {
    authSecret: ensureSecret(path.join(folder, AUTH_SECRET_FILE)),
    adminToken: ensureSecret(path.join(folder, ADMIN_TOKEN_FILE)),
  };
}

/**
 * The secrets that a gateway made up for this folder, for commands that talk to it; undefined when
 * it made up none.
 *
 * @throws Error when a file cannot be read or holds something else.
 */
export function readDevelopmentSecrets(folder: string): DevelopmentSecrets | undefined {
  const authSecret = readSecret(path.join(folder, AUTH_SECRET_FILE));
  const adminToken = readSecret(path.join(folder, ADMIN_TOKEN_FILE));
  if (authSecret === undefined || adminToken === undefined) return undefined;
  return { authSecret, adminToken };
}

function ensureSecret(file: string): string {
  const present = readSecret(file);
  if (present !== undefined) {
    chmodSync(file, 0o600);
    return present;
  }
  const secret = randomBytes(32).toString('base64url');
  const draft = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // A link appears whole or not at all, and never replaces what another process put there first.
    linkSync(draft, file);
    return secret;
  } catch (error) {
    const winner = hasCode(error, 'EEXIST') ? readSecret(file) : undefined;
    if (winner !== undefined) return winner;
    throw new Error(`Expected \`${file}\` to be writable. Check its folder.`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
}

function readSecret(file: string): string | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Error(`Expected \`${file}\` to be readable. Check its owner and mode.`, {
      cause: error,
    });
  }
  if (SECRET_SHAPE.test(content)) return content;
  throw new Error(`Expected \`${file}\` to hold a made-up secret. Delete it to get a new one.`);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
