import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Claims, readClaims } from '../../src/server/auth/claims.ts';
import { parseCompactToken } from '../../src/server/auth/compact-token.ts';
import { hasHmacSignature, hmacKey } from '../../src/server/auth/hmac-signature.ts';
import { ensureDevelopmentSecrets } from '../../src/server/config/development-secrets.ts';
import { fakeTerminal, run } from './fake-terminal.ts';

const SECRET = 'canary-secret-0123456789-0123456789';

/** Who a gateway with this secret takes the bearer for; fails where it would not. */
function readToken(line: string, secret = SECRET, policy: object = {}): Claims {
  const parsed = parseCompactToken(line.trim());
  if (!parsed.ok) throw new Error(parsed.detail);
  expect(hasHmacSignature(parsed.token, hmacKey(secret))).toBe(true);
  const read = readClaims(parsed.token.payload, { allowUnexpiring: false, ...policy });
  if (!read.ok) throw new Error(read.detail);
  return read.claims;
}

describe('holdfast token --user', () => {
  it('prints a token for an hour and nothing else', async () => {
    const { status, out, err } = await run(['token', '--user', 'anna', '--auth-secret', SECRET]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { identity, expiresAtMs = 0 } = readToken(out);
    expect(identity.userId).toBe('anna');
    expect(expiresAtMs - (identity.issuedAtMs ?? 0)).toBe(3_600_000);
  });

  it('carries what was asked for', async () => {
    const { out } = await run(
      ['token', '--user', 'a/b ~ü', '--ttl', '5m', '--max-sessions', '2', '--device', 'phone'],
      {
        env: {
          HOLDFAST_AUTH_SECRET: SECRET,
          HOLDFAST_AUTH_ISSUER: 'us',
          HOLDFAST_AUTH_AUDIENCE: 'you',
        },
      },
    );
    const { identity, expiresAtMs = 0 } = readToken(out, SECRET, { issuer: 'us', audience: 'you' });
    expect(identity).toMatchObject({ userId: 'a/b ~ü', limit: 2, device: 'phone' });
    expect(expiresAtMs - (identity.issuedAtMs ?? 0)).toBe(300_000);
  });

  it('prints data with --json', async () => {
    const { out } = await run(['token', '--user', 'anna', '--auth-secret', SECRET, '--json']);
    const { token, ...rest } = JSON.parse(out) as { token: string };
    expect(rest).toEqual({ user: 'anna', expiresAt: readToken(token).expiresAtMs });
  });

  it('is signed with the secret made up in this folder where none is given', async () => {
    const { folder } = fakeTerminal();
    const { authSecret } = ensureDevelopmentSecrets(path.join(folder, '.holdfast'));
    const { out } = await run(['token', '--user', 'anna'], { folder });
    expect(readToken(out, authSecret).identity.userId).toBe('anna');
    const own = await run(['token', '--user', 'anna', '--auth-secret', SECRET], { folder });
    expect(readToken(own.out).identity.userId).toBe('anna');
  });
});

describe('holdfast token --admin', () => {
  it('prints the admin token that was given, or made up in this folder', async () => {
    const { folder } = fakeTerminal();
    const { adminToken } = ensureDevelopmentSecrets(path.join(folder, '.holdfast'));
    expect(await run(['token', '--admin'], { folder })).toEqual({
      status: 0,
      out: `${adminToken}\n`,
      err: '',
    });
    const env = { HOLDFAST_ADMIN_TOKEN: 'given-0123456789-0123' };
    expect((await run(['token', '--admin'], { folder, env })).out).toBe('given-0123456789-0123\n');
  });
});

describe('a token that cannot be made', () => {
  const user = ['token', '--user', 'anna'];
  const signed = [...user, '--auth-secret', SECRET];

  it.each([
    [['token'], 'Expected `--user` or `--admin` to be given, got neither.'],
    [['token', '--user', 'a', '--admin'], 'Expected `--user` or `--admin` to be given, got both.'],
    [['token', '--user', ''], 'Expected `--user` to be 1 to 256 bytes of text, got 0.'],
    [
      ['token', '--user', 'ü'.repeat(129)],
      'Expected `--user` to be 1 to 256 bytes of text, got 258.',
    ],
    [
      [...signed, '--ttl', '1d'],
      'Expected `--ttl` to be a duration such as 80ms, 25s, 5m or 1h, got `1d`.',
    ],
    [[...signed, '--ttl', '0'], 'Expected `--ttl` to be a duration'],
    [[...signed, '--ttl', '-1h'], 'Expected `--ttl` to be a duration'],
    [
      [...signed, '--max-sessions', '0'],
      'Expected `--max-sessions` to be a whole number from 1 to 1000, got `0`.',
    ],
    [
      [...signed, '--max-sessions', '1001'],
      'Expected `--max-sessions` to be a whole number from 1 to 1000, got `1001`.',
    ],
    [
      [...signed, '--max-sessions', '2.5'],
      'Expected `--max-sessions` to be a whole number from 1 to 1000, got `2.5`.',
    ],
    [
      [...signed, '--device', 'x'.repeat(129)],
      'Expected `device` of the token to be text of 1 to 128 bytes.',
    ],
    [
      [...user, '--auth-secret', 'short'],
      'Expected `--auth-secret` to be at least 32 bytes in UTF-8, got 5.',
    ],
    [
      ['token', '--admin', '--admin-token', 'zwei Wörter'],
      'Expected `--admin-token` to be printable ASCII without spaces',
    ],
  ])('%j is wrong usage', async (argv, expected) => {
    const { status, out, err } = await run(argv);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(expected);
  });

  it('names the variable that holds a short secret, and not the secret', async () => {
    const { status, err } = await run(user, { env: { HOLDFAST_AUTH_SECRET: 'canary' } });
    expect(status).toBe(2);
    expect(err).toContain('Expected HOLDFAST_AUTH_SECRET to be at least 32 bytes in UTF-8, got 6.');
    expect(err).not.toContain('canary');
  });

  it.each([
    [user, 'Expected a secret to sign with, got none'],
    [['token', '--admin'], 'Expected an admin token, got none'],
  ])('%j without any secret fails and says where one was looked for', async (argv, expected) => {
    const { folder } = fakeTerminal();
    const { status, out, err } = await run(argv, { folder, env: { HOLDFAST_AUTH_SECRET: '' } });
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain(expected);
    expect(err).toContain(path.join(folder, '.holdfast'));
  });

  it('fails with one line when the made-up secret cannot be used', async () => {
    const { folder } = fakeTerminal();
    mkdirSync(path.join(folder, '.holdfast'));
    writeFileSync(path.join(folder, '.holdfast', 'auth-secret'), 'canary, and no made-up secret');
    const { status, err } = await run(user, { folder });
    expect(status).toBe(1);
    expect(err).toMatch(/^holdfast: Expected .*auth-secret` to hold a made-up secret\. .*\n$/);
    expect(err).not.toContain('canary');
  });
});
