import { describe, expect, it } from 'vitest';
import { formatBanner } from '../../src/cli/banner.ts';
import { makeColors } from '../../src/cli/terminal.ts';
import { readClaims } from '../../src/server/auth/claims.ts';
import { parseCompactToken } from '../../src/server/auth/compact-token.ts';
import { resolveConfig } from '../../src/server/config/resolve.ts';

const SECRET = 'canary-secret-0123456789-0123456789';
const ADMIN = 'canary-admin-0123456789';

function banner(flags: Record<string, string> = {}): string {
  const { config, madeUp } = resolveConfig({
    flags: { env: 'development', ...flags },
    env: {},
    readFile: () => '',
    makeSecrets: () => ({ authSecret: 'm'.repeat(43), adminToken: 'made-up-admin-token' }),
  });
  const facts = { url: 'http://127.0.0.1:9', wsUrl: 'ws://127.0.0.1:9/ws', folder: '/x/.holdfast' };
  return formatBanner({ ...facts, config, madeUp, nowMs: 1_000_000 }, makeColors(false));
}

describe('the banner of development mode', () => {
  it('tells the addresses, the tokens, where the secrets are, and what to paste', () => {
    const text = banner();
    for (const part of [
      'ws://127.0.0.1:9/ws',
      'http://127.0.0.1:9/api/v1',
      'http://127.0.0.1:9/healthz',
      'http://127.0.0.1:9/metrics',
      'made-up-admin-token',
      '/x/.holdfast',
    ]) {
      expect(text).toContain(part);
    }
    const token = /npx wscat -c 'ws:\/\/127\.0\.0\.1:9\/ws\?token=([^']+)'/.exec(text)?.[1];
    expect(text).toContain(`user token    ${token} (user dev, one day)`);
  });

  it('has a token that fulfils what the gateway asks of tokens', () => {
    const text = banner({ authIssuer: 'us', authAudience: 'you' });
    const parsed = parseCompactToken(/token=([^']+)/.exec(text)?.[1] ?? '');
    if (!parsed.ok) throw new Error(parsed.detail);
    const policy = { issuer: 'us', audience: 'you', allowUnexpiring: false };
    expect(readClaims(parsed.token.payload, policy)).toMatchObject({
      ok: true,
      claims: { identity: { userId: 'dev' }, expiresAtMs: 87_400_000 },
    });
  });

  it('shows no secret that was given, and nothing that was signed with it', () => {
    const text = banner({ authSecret: SECRET, adminToken: ADMIN });
    expect(text).not.toContain('canary');
    expect(text).not.toContain('.holdfast');
    expect(text).not.toMatch(/eyJ/);
    expect(text).toContain('holdfast token --user');
  });
});
