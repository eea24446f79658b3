import { describe, expect, it } from 'vitest';
import { GIVEN, problemsOf, resolve } from './sources.ts';

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
      onStoreFailure: 'local',
      redisPrefix: 'holdfast',
      maxPayloadBytes: 65_536,
      messageRate: 50,
      maxConnections: 100_000,
      handshakeRate: { perSecond: 50, burst: 50 },
      userConnectRate: { perSecond: 20, burst: 200 },
      drainTimeoutMs: 30_000,
      rolloutPercent: undefined,
      rolloutFile: undefined,
      rolloutProvider: undefined,
      interimLimit: undefined,
      rollbackLatencyMs: 500,
      rollbackSweepFailures: 3,
      rollbackMemoryGrowthBytes: 134_217_728,
      rollbackAfterMs: 3000,
      logLevel: 'info',
      logFormat: undefined,
      logUserIds: false,
    });
    expect(notes).toEqual([]);
    expect(madeUp).toEqual([]);
  });

  it('FM-17 an interim limit below the usual one is refused, by the names of both', () => {
    const flags = { ...GIVEN, interimLimit: '4' };
    expect(problemsOf({ flags })).toEqual([
      expect.stringMatching(/`--interim-limit`.*`--max-sessions-per-user`.*got 4 and 5/),
    ]);
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

  it('a choice must be one of those there are', () => {
    expect(problemsOf({ flags: { ...GIVEN, onLimit: 'ask' } })).toEqual([]);
    expect(problemsOf({ flags: { ...GIVEN, onLimit: 'allow' } })[0]).toBe(
      'Expected `--on-limit` to be deny, evict-oldest or ask, got `allow`.',
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
