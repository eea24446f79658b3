import { describe, expect, it } from 'vitest';
import { ADMIN, GIVEN, problemsOf, resolve, SECRET } from './sources.ts';

const MADE = { authSecret: 'm'.repeat(43), adminToken: 'a'.repeat(43) };

function makeSecrets(): typeof MADE {
  return MADE;
}

describe('secrets', () => {
  it.each(['development', 'test'])('%s on a loopback address makes them up', (env) => {
    for (const host of ['127.0.0.1', 'localhost', '::1']) {
      const { config, madeUp } = resolve({ flags: { env, host }, makeSecrets });
      expect(config).toMatchObject(MADE);
      expect(madeUp).toEqual(['authSecret', 'adminToken']);
    }
  });

  it('only the missing one is made up, and none beside a JWKS', () => {
    const env = 'development';
    const one = resolve({ flags: { env, authSecret: SECRET }, makeSecrets });
    expect(one.madeUp).toEqual(['adminToken']);
    expect(one.config.authSecret).toBe(SECRET);
    const flags = { env, jwksUrl: 'https://issuer.example/keys', authAudience: 'x' };
    const two = resolve({ flags, makeSecrets });
    expect(two.madeUp).toEqual(['adminToken']);
    expect(two.config.authSecret).toBeUndefined();
  });

  it.each([
    { env: 'ci' },
    { env: 'staging' },
    { env: 'production' },
    { env: 'unheard-of' },
    { env: 'development', host: '0.0.0.0' },
    { env: 'development', host: '::' },
    { env: 'test', host: '192.168.1.5' },
  ])('%j refuses to start without', (flags) => {
    const problems = problemsOf({ flags, makeSecrets });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('`--auth-secret` or `--jwks-url` to be given, got neither');
    expect(problems[1]).toContain('`--admin-token` to be given, got nothing');
  });

  it('secrets are not made up when anything else is wrong', () => {
    expect(problemsOf({ flags: { env: 'development', port: 'x' } })).toHaveLength(1);
  });

  it.each([
    [
      { ...GIVEN, jwksUrl: 'https://issuer.example/keys' },
      ['`--auth-secret` or `--jwks-url`', 'got both'],
    ],
    [{ ...GIVEN, authSecret: 'canary-short' }, ['`--auth-secret`', 'at least 32 bytes', 'got 12']],
    [{ ...GIVEN, adminToken: 'canary' }, ['`--admin-token`', 'at least 16 characters', 'got 6']],
    [{ ...GIVEN, adminToken: 'canary canary canary' }, ['`--admin-token`', 'printable ASCII']],
    [{ ...GIVEN, adminToken: SECRET }, ['`--admin-token` and `--auth-secret` to differ']],
    [{ adminToken: ADMIN, jwksUrl: 'http://canary@issuer.example/' }, ['`--jwks-url`', 'https']],
    [{ adminToken: ADMIN, jwksUrl: 'https://u:canary@issuer.example/' }, ['`--jwks-url`', 'https']],
  ])('G11 %# a wrong secret is described, not repeated', (flags, parts) => {
    const problems = problemsOf({ flags });
    expect(problems).toHaveLength(1);
    for (const part of parts) expect(problems[0]).toContain(part);
    expect(problems[0]).not.toContain('canary');
  });

  const webhookUrl = 'http://application:9000/holdfast?tenant=a';
  const webhookSecret = 'w'.repeat(32);
  it.each([
    [{ ...GIVEN, webhookUrl }, ['`--webhook-secret`', '`--webhook-url`']],
    [{ ...GIVEN, webhookSecret }, ['`--webhook-url`', '`--webhook-secret`']],
    [{ ...GIVEN, webhookUrl, webhookSecret: 'canary' }, ['at least 32 bytes', 'got 6']],
    [{ ...GIVEN, webhookUrl, webhookSecret: 'whsec_canaryca' }, ['24 to 64 bytes', 'got 6']],
    [{ ...GIVEN, webhookUrl: 'ftp://canary/', webhookSecret }, ['`--webhook-url`', 'http']],
    [{ ...GIVEN, webhookUrl: 'canary', webhookSecret }, ['`--webhook-url`', 'http']],
    [{ ...GIVEN, webhookUrl: 'https://u:canary@a/', webhookSecret }, ['without user name']],
    [{ ...GIVEN, webhookUrl: 'canary' }, ['`--webhook-url`', 'http']],
  ])(
    'G11 %# webhooks that are half given, or wrong, are described, not repeated',
    (flags, parts) => {
      const problems = problemsOf({ flags });
      expect(problems).toHaveLength(1);
      for (const part of parts) expect(problems[0]).toContain(part);
      expect(problems[0]).not.toContain('canary');
    },
  );

  it('webhooks go to any http or https address', () => {
    for (const address of [webhookUrl, 'https://10.0.0.7/hook', 'http://[::1]:9000/']) {
      const { config } = resolve({ flags: { ...GIVEN, webhookUrl: address, webhookSecret } });
      expect(config).toMatchObject({ webhookUrl: address, webhookSecret });
    }
  });

  it('bytes are counted in UTF-8, not characters', () => {
    expect(problemsOf({ flags: { ...GIVEN, authSecret: 'ö'.repeat(16) } })).toEqual([]);
    expect(problemsOf({ flags: { ...GIVEN, authSecret: 'ö'.repeat(15) } })).toHaveLength(1);
  });

  it('a short secret and a wrong duration are reported together', () => {
    const flags = { ...GIVEN, authSecret: 'short', pingInterval: 'x' };
    expect(problemsOf({ flags })).toHaveLength(2);
  });

  it('a JWKS without an audience is noted', () => {
    const flags = { adminToken: ADMIN, jwksUrl: 'https://issuer.example/keys' };
    expect(resolve({ flags }).notes[0]).toContain('`--auth-audience`');
  });
});
