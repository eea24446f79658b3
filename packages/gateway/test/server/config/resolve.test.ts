import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/server/config/config-error.ts';
import {
  type ConfigSources,
  type ResolvedConfig,
  resolveConfig,
} from '../../../src/server/config/resolve.ts';

const SECRET = 'canary-secret-0123456789-0123456789';
const ADMIN = 'canary-admin-0123456789';
const GIVEN = { authSecret: SECRET, adminToken: ADMIN };
const MADE = { authSecret: 'm'.repeat(43), adminToken: 'a'.repeat(43) };

function resolve({ file, ...sources }: Partial<ConfigSources> & { file?: string }): ResolvedConfig {
  return resolveConfig({
    flags: {},
    env: {},
    readFile: () => {
      if (file === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return file;
    },
    makeSecrets: () => {
      throw new Error('Expected no secret to be made up.');
    },
    ...sources,
  });
}

function makeSecrets(): typeof MADE {
  return MADE;
}

function problemsOf(sources: Parameters<typeof resolve>[0]): readonly string[] {
  try {
    resolve(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('where a value comes from', () => {
  it('every option has the default of the contract', () => {
    const { config, notes, madeUp } = resolve({ flags: GIVEN });
    expect(config).toEqual({
      ...GIVEN,
      host: '127.0.0.1',
      port: 8080,
      environment: 'production',
      jwksUrl: undefined,
      authIssuer: undefined,
      authAudience: undefined,
      allowUnexpiringTokens: false,
      allowedOrigins: [],
      trustedProxies: [],
      maxSessionsPerUser: 5,
      onLimit: 'deny',
      pingIntervalMs: 25_000,
      pingTimeoutMs: 10_000,
      probeTimeoutMs: 1000,
      pressurePingIntervalMs: 5000,
      cleanupIntervalMs: undefined,
      openTimeoutMs: 10_000,
      handshakeTimeoutMs: 10_000,
      resumeWindowMs: 120_000,
      historyEvents: 16_384,
      historyBytes: 1_048_576,
      historyTotalBytes: 268_435_456,
      maxUnconfirmedBytes: 262_144,
      onSlow: 'gap',
      maxPayloadBytes: 65_536,
      messageRate: { perSecond: 50, burst: 50 },
      maxConnections: 100_000,
      handshakeRate: { perSecond: 50, burst: 50 },
      userConnectRate: { perSecond: 20, burst: 200 },
      drainTimeoutMs: 30_000,
      logLevel: 'info',
      logFormat: undefined,
      logUserIds: false,
    });
    expect(notes).toEqual([]);
    expect(madeUp).toEqual([]);
  });

  it('a flag wins over a variable, a variable over the file, the file over the default', () => {
    const file = 'pingInterval: 7s\nport: 7\nhost: "::1"\n';
    const env = { HOLDFAST_PING_INTERVAL: '8s', HOLDFAST_PORT: '8' };
    const flags = { ...GIVEN, pingInterval: '9s', config: 'f.yaml' };
    const { config } = resolve({ flags, env, file });
    expect([config.pingIntervalMs, config.port, config.host]).toEqual([9000, 8, '::1']);
    expect(config.pingTimeoutMs).toBe(10_000);
  });

  it('an empty variable is as good as none', () => {
    const { config } = resolve({ flags: GIVEN, env: { HOLDFAST_PORT: '' } });
    expect(config.port).toBe(8080);
  });

  it('the file may be named by a variable', () => {
    const { config } = resolve({
      flags: GIVEN,
      env: { HOLDFAST_CONFIG: 'f.json' },
      file: '{\n\t"port": 9,\n\t"trustedProxies": ["10.0.0.1", "10.1.0.0/16"],\n\t"logUserIds": true\n}',
    });
    expect(config.port).toBe(9);
    expect(config.trustedProxies).toEqual(['10.0.0.1', '10.1.0.0/16']);
    expect(config.logUserIds).toBe(true);
  });

  it('a boolean flag without a value is true', () => {
    const { config } = resolve({ flags: { ...GIVEN, allowUnexpiringTokens: true } });
    expect(config.allowUnexpiringTokens).toBe(true);
  });
});

describe('names nobody knows', () => {
  it('an unknown flag, variable and key are named together, each with the nearest known one', () => {
    const problems = problemsOf({
      flags: { ...GIVEN, pingIntervall: '9s', config: 'f.yaml' },
      env: { HOLDFAST_MAX_SESSION_PER_USER: '5' },
      file: 'auth-secrets: x\n',
    });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toContain('`pingIntervall`. The nearest is --ping-interval');
    expect(problems[1]).toContain('The nearest is HOLDFAST_MAX_SESSIONS_PER_USER');
    expect(problems[2]).toContain('The nearest is `authSecret`');
  });

  it('options of later issues are unknown now', () => {
    expect(problemsOf({ flags: { ...GIVEN, redisUrl: 'redis://x' } })).toHaveLength(1);
    expect(problemsOf({ flags: { ...GIVEN, onLimit: 'ask' } })[0]).toBe(
      'Expected `--on-limit` to be deny or evict-oldest, got `ask`.',
    );
  });

  it('variables of other commands and other programs are no problem', () => {
    const env = { HOLDFAST_URL: 'http://127.0.0.1:1', PATH: '/bin', HOLDFASTX: '1' };
    expect(problemsOf({ flags: GIVEN, env })).toEqual([]);
  });

  it('variables that Kubernetes injects are ignored with one note', () => {
    const env = {
      HOLDFAST_SERVICE_HOST: '10.0.0.1',
      HOLDFAST_SERVICE_PORT: '8080',
      HOLDFAST_SERVICE_PORT_HTTP: '8080',
      HOLDFAST_PORT: 'tcp://10.0.0.1:8080',
      HOLDFAST_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      HOLDFAST_PORT_8080_TCP_PROTO: 'tcp',
      HOLDFAST_PORT_8080_TCP_PORT: '8080',
      HOLDFAST_PORT_8080_TCP_ADDR: '10.0.0.1',
      HOLDFAST_GATEWAY_SERVICE_HOST: '10.0.0.2',
      HOLDFAST_GATEWAY_PORT: 'tcp://10.0.0.2:80',
    };
    const { config, notes } = resolve({ flags: GIVEN, env });
    expect(config.port).toBe(8080);
    expect(notes).toHaveLength(1);
    for (const name of Object.keys(env)) expect(notes[0]).toContain(name);
  });

  it('HOLDFAST_PORT with a number is an option', () => {
    const { config, notes } = resolve({ flags: GIVEN, env: { HOLDFAST_PORT: '9000' } });
    expect(config.port).toBe(9000);
    expect(notes).toEqual([]);
  });
});

describe('values that cannot be read', () => {
  it.each([
    ['pingInterval', 'x', 'Expected `--ping-interval` to be a duration such as 25s, got `x`.'],
    ['pingInterval', '0', 'Expected `--ping-interval` to be a duration such as 25s, got `0`.'],
    ['resumeWindow', '25h', undefined],
    [
      'resumeWindow',
      '700h',
      'Expected `--resume-window` to be a duration of at most 596h, got `700h`.',
    ],
    ['maxPayload', '1tb', 'Expected `--max-payload` to be a size such as 64kb, got `1tb`.'],
    ['maxPayload', '1gb', 'Expected `--max-payload` to be a size of at most 64mb, got `1gb`.'],
    ['messageRate', '50', 'Expected `--message-rate` to be a rate such as 50/s, got `50`.'],
    ['port', '65536', 'Expected `--port` to be a whole number from 0 to 65535, got `65536`.'],
    ['port', '-1', 'Expected `--port` to be a whole number from 0 to 65535, got `-1`.'],
    [
      'maxSessionsPerUser',
      '0',
      'Expected `--max-sessions-per-user` to be a whole number from 1 to 1000, got `0`.',
    ],
    [
      'maxConnections',
      '1.5',
      'Expected `--max-connections` to be a whole number of at least 1, got `1.5`.',
    ],
    ['logUserIds', 'yes', 'Expected `--log-user-ids` to be true or false, got `yes`.'],
    ['onSlow', 'drop', 'Expected `--on-slow` to be gap or close, got `drop`.'],
    ['host', ' ', 'Expected `--host` to be text, got nothing. Leave it out instead.'],
    [
      'trustedProxies',
      '10.0.0.1,proxy',
      'Expected `--trusted-proxies` to be a list of addresses and networks such as 10.0.0.7,10.1.0.0/16, got `proxy`.',
    ],
    [
      'allowedOrigins',
      'https://a.example/path',
      'Expected `--allowed-origins` to be a list of origins such as https://app.example.com, or * alone, got `https://a.example/path`.',
    ],
    [
      'allowedOrigins',
      'https://a.example,*',
      'Expected `--allowed-origins` to be a list of origins such as https://app.example.com, or * alone, got `*`.',
    ],
  ])('%s %j', (key, value, problem) => {
    expect(problemsOf({ flags: { ...GIVEN, [key]: value } })).toEqual(problem ? [problem] : []);
  });

  it('names the place where the value was given', () => {
    expect(problemsOf({ flags: GIVEN, env: { HOLDFAST_PING_INTERVAL: 'x' } })[0]).toMatch(
      /^Expected HOLDFAST_PING_INTERVAL to be a duration/,
    );
    const flags = { ...GIVEN, config: 'f.yaml' };
    expect(problemsOf({ flags, file: 'pingInterval: x' })[0]).toMatch(
      /^Expected `pingInterval` in `f.yaml` to be a duration/,
    );
  });

  it('G11 a value with control characters or of any length is told in one short line', () => {
    const [problem] = problemsOf({ flags: { ...GIVEN, port: `\u001b[31m\n${'x'.repeat(5000)}` } });
    expect(problem).toMatch(/^[ -~…]{1,200}$/);
  });

  it('a number in a file is no text, because YAML would have rounded it', () => {
    const file = 'authSecret: 12345678901234567890123456789012345\n';
    const problems = problemsOf({ flags: { adminToken: ADMIN, config: 'f.yaml' }, file });
    expect(problems).toEqual([
      'Expected `authSecret` in `f.yaml` to be text (in quotes), got another type of value.',
    ]);
  });
});

describe('the settings file', () => {
  const flags = { ...GIVEN, config: 'f.yaml' };

  it.each([
    ['a: [1', /got BAD_\w+|got [A-Z_]+ in `f.yaml`, line \d+, column \d+\.$/],
    ['port: 1\nport: 2', /got DUPLICATE_KEY in `f.yaml`, line 2, column 1\.$/],
    ['- a\n- b', /whose top level is not a list of keys with values\.$/],
    ['just text', /whose top level is not a list of keys with values\.$/],
    ['a: *nobody', /alias|line \d+/i],
  ])('%j is refused and not repeated', (file, expected) => {
    const problems = problemsOf({ flags, file });
    expect(problems.join('\n')).toMatch(expected);
  });

  it('an empty file says nothing', () => {
    expect(resolve({ flags, file: '' }).config.port).toBe(8080);
    expect(resolve({ flags, file: '# nothing\n' }).config.port).toBe(8080);
  });

  it('a file that cannot be read is the only problem: what it holds is not called missing', () => {
    expect(problemsOf({ flags: { config: 'f.yaml' } })).toEqual([
      'Expected `--config` to be a readable YAML or JSON file with settings, got `f.yaml`, which cannot be read (ENOENT).',
    ]);
  });

  it('G11 a broken file with a secret in it is not quoted', () => {
    const file = `authSecret: "${SECRET}\nadminToken: [${ADMIN}\n`;
    expect(problemsOf({ flags: { config: 'f.yaml' }, file }).join('\n')).not.toContain('canary');
  });

  it('G13 a key __proto__ or constructor is an unknown key and nothing else', () => {
    const problems = problemsOf({
      flags,
      file: '{"__proto__": {"polluted": 1}, "constructor": 1}',
    });
    expect(problems).toHaveLength(2);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('G13 aliases that multiply are refused', () => {
    const lines = ['a0: &a0 [1,1,1,1,1,1,1,1,1,1]'];
    for (let i = 1; i < 12; i += 1) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(',')}]`);
    }
    expect(problemsOf({ flags, file: lines.join('\n') })).toHaveLength(1);
  });
});

describe('the environment', () => {
  it.each([
    [{}, 'production'],
    [{ NODE_ENV: 'test' }, 'test'],
    [{ NODE_ENV: 'test', ENVIRONMENT: 'staging' }, 'staging'],
    [{ NODE_ENV: 'test', ENVIRONMENT: 'staging', HOLDFAST_ENV: 'ci' }, 'ci'],
    [{ NODE_ENV: 'test', ENVIRONMENT: '', HOLDFAST_ENV: '' }, 'test'],
    [{ HOLDFAST_ENV: ' Testing ' }, 'test'],
    [{ HOLDFAST_ENV: 'PROD' }, 'production'],
    [{ HOLDFAST_ENV: 'Dev' }, 'development'],
  ])('%j means %s', (env, environment) => {
    const { config, notes } = resolve({ flags: GIVEN, env });
    expect(config.environment).toBe(environment);
    expect(notes).toEqual([]);
  });

  it('the flag wins over all variables', () => {
    const sources = { flags: { ...GIVEN, env: 'staging' }, env: { HOLDFAST_ENV: 'ci' } };
    expect(resolve(sources).config.environment).toBe('staging');
  });

  it('the settings file wins over ENVIRONMENT and NODE_ENV, not over HOLDFAST_ENV', () => {
    const flags = { ...GIVEN, config: 'f.yaml' };
    const file = 'env: staging';
    expect(resolve({ flags, file, env: { NODE_ENV: 'test' } }).config.environment).toBe('staging');
    expect(resolve({ flags, file, env: { HOLDFAST_ENV: 'ci' } }).config.environment).toBe('ci');
  });

  it('an unknown name behaves as production and is noted with the place it came from', () => {
    const { config, notes } = resolve({ flags: GIVEN, env: { ENVIRONMENT: 'qa' } });
    expect(config.environment).toBe('production');
    expect(notes).toEqual([
      'Expected ENVIRONMENT to be test, ci, development, staging or production, got `qa`: it behaves as production.',
    ]);
  });
});

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
