import { UsageError } from 'holdfast';
import {
  type ManagerFactoryOptions,
  ManagerLimitError,
  WebSocketManagerFactory,
} from 'holdfast/manager-factory';
import { FakeSocket } from 'holdfast/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Workshop } from './workshop.ts';

function misuse(options: ManagerFactoryOptions): UsageError {
  try {
    void new WebSocketManagerFactory(options).shutdown();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('expected a UsageError, got a factory');
}

/** For each option: something that is only so when it is read. The type makes the list complete. */
const effects: Readonly<Record<keyof ManagerFactoryOptions, () => Promise<void>>> = {
  maxManagersPerUser: async () => {
    const shop = new Workshop({ maxManagersPerUser: 1 });
    await shop.make('u');
    expect(await shop.askInVain('u')).toMatchObject({ limit: 1, live: 1 });
  },
  environment: async () => {
    expect(new Workshop({ environment: 'staging' }).factory.getFactoryStats()).toMatchObject({
      environment: 'staging',
      cleanup_interval_ms: 300_000,
    });
  },
  connectionTimeoutSeconds: async () => {
    expect(await lifeOfFrozen({ connectionTimeoutSeconds: 7 })).toBeLessThanOrEqual(7_100);
  },
  pingIntervalMs: async () => {
    const life = await lifeOfFrozen({ pingIntervalMs: 6_000 });
    expect(life).toBeGreaterThan(14_700);
    expect(life).toBeLessThanOrEqual(16_100);
  },
  pingTimeoutMs: async () => {
    const life = await lifeOfFrozen({ pingTimeoutMs: 2_000 });
    expect(life).toBeGreaterThan(21_900);
    expect(life).toBeLessThanOrEqual(27_100);
  },
  probeTimeoutMs: async () => {
    const shop = new Workshop({ maxManagersPerUser: 1, probeTimeoutMs: 200 });
    const { socket } = await shop.make('u');
    socket.isFrozen = true;
    shop.clock.advance(3_000);
    const before = shop.clock.nowMs();
    const answer = await shop.ask({ userId: 'u', socket: new FakeSocket(shop.clock) });
    expect(answer).toMatchObject({ userId: 'u', state: 'live' });
    expect(shop.clock.nowMs() - before).toBeLessThanOrEqual(300);
  },
  pressurePingIntervalMs: async () => {
    const shop = new Workshop({ pressurePingIntervalMs: 1_000 });
    const [first] = await shop.fill('u', 4);
    shop.clock.advance(10_500);
    expect(first?.socket.pings).toBeGreaterThanOrEqual(10);
  },
  cleanupIntervalMs: async () => {
    const shop = new Workshop({ cleanupIntervalMs: 4_000 });
    shop.clock.advance(9_000);
    expect(shop.told('swept')).toHaveLength(2);
  },
  openTimeoutMs: async () => {
    const shop = new Workshop({ openTimeoutMs: 300 });
    const manager = await shop.factory.createManager({ userId: 'u' });
    shop.clock.advance(250);
    expect(manager.state).toBe('opening');
    shop.clock.advance(150);
    expect(manager.state).toBe('closed');
  },
  logger: async () => {
    const shop = new Workshop();
    await shop.make('u');
    expect(shop.countLines('Session opened')).toBe(1);
  },
  metrics: async () => {
    const shop = new Workshop();
    await shop.make('u');
    expect(shop.told('opened')).toHaveLength(1);
  },
  hooks: async () => {
    const heard: string[] = [];
    const shop = new Workshop({
      hooks: {
        onMessage: (manager, data) => heard.push(`${manager.userId}: ${String(data)}`),
        onClose: (manager, cause) => heard.push(`${manager.userId}: ${cause}`),
      },
    });
    const { socket } = await shop.make('u');
    socket.say('hello');
    socket.leave();
    expect(heard).toEqual(['u: hello', 'u: client-close']);
  },
  clock: async () => {
    const shop = new Workshop();
    await shop.make('u');
    shop.clock.advance(86_400_000);
    expect(shop.factory.getFactoryStats().oldest_manager_age_ms).toBe(86_400_000);
  },
};

async function lifeOfFrozen(options: ManagerFactoryOptions): Promise<number> {
  const shop = new Workshop({ ...options, cleanupIntervalMs: 600_000 });
  const { manager, socket } = await shop.make('u');
  socket.isFrozen = true;
  const bornAt = shop.clock.nowMs();
  while (manager.state !== 'closed') shop.clock.advance(50);
  expect(shop.told('closed')).toMatchObject([{ cause: 'no-pong' }]);
  return shop.clock.nowMs() - bornAt;
}

describe('options of a manager factory', () => {
  test.each(Object.entries(effects))('FM-62 reads `%s`', async (_name, isRead) => {
    expect.hasAssertions();
    await isRead();
  });

  test('FM-49 names every value of a heartbeat budget that contradicts its parts', async () => {
    const error = misuse({
      connectionTimeoutSeconds: 60,
      pingIntervalMs: 30_000,
      pingTimeoutMs: 65_000,
    });
    expect(error.code).toBe('contradicting-options');
    expect(error.options).toEqual(['connectionTimeoutSeconds', 'pingIntervalMs', 'pingTimeoutMs']);
    expect(error.message).toMatch(/60 .*30000.*65000/);
    const agreeing = { pingIntervalMs: 30_000, pingTimeoutMs: 65_000 };
    const agreed = await lifeOfFrozen({ connectionTimeoutSeconds: 95, ...agreeing });
    expect(agreed).toBeGreaterThan(89_000);
    expect(agreed).toBeLessThanOrEqual(95_100);
    const completed = await lifeOfFrozen({ connectionTimeoutSeconds: 120, pingIntervalMs: 30_000 });
    expect(completed).toBeGreaterThan(114_000);
    expect(completed).toBeLessThanOrEqual(120_100);
  });

  test.each([
    { connectionTimeoutSeconds: 20, pingIntervalMs: 20_000 },
    { connectionTimeoutSeconds: 5, pingTimeoutMs: 10_000 },
  ])('FM-49 names both values when nothing is left for the other part: %o', (options) => {
    expect(misuse(options)).toMatchObject({
      code: 'contradicting-options',
      options: Object.keys(options),
    });
  });

  test('FM-39 FM-32 takes the heartbeat budget for no age: who answers stays', async () => {
    const shop = new Workshop({ connectionTimeoutSeconds: 7 });
    const { manager } = await shop.make('u');
    shop.clock.advance(25 * 3_600_000);
    expect(manager.state).toBe('live');
  });

  test('FM-49 fits what follows from a small budget to it, and judges what was given', async () => {
    const life = await lifeOfFrozen({ connectionTimeoutSeconds: 0.5 });
    expect(life).toBeGreaterThan(425);
    expect(life).toBeLessThanOrEqual(600);
    expect(misuse({ connectionTimeoutSeconds: 0.5, probeTimeoutMs: 1_000 })).toMatchObject({
      code: 'contradicting-options',
      options: ['probeTimeoutMs', 'pingTimeoutMs'],
    });
  });

  test.each([
    [{ connectionTimeoutSeconds: 0 }, 'connectionTimeoutSeconds'],
    [{ connectionTimeoutSeconds: Number.NaN }, 'connectionTimeoutSeconds'],
    [{ connectionTimeoutSeconds: '35' }, 'connectionTimeoutSeconds'],
    [{ maxManagersPerUser: 0 }, 'maxManagersPerUser'],
    [{ maxManagersPerUser: 1.5 }, 'maxManagersPerUser'],
    [{ pingIntervalMs: -1 }, 'pingIntervalMs'],
    [{ environment: 7 }, 'environment'],
    [{ maxManagers: 5 }, 'maxManagers'],
  ])('FM-62 says what is wrong with %o', (options, name) => {
    const error = misuse(options as ManagerFactoryOptions);
    expect(error).toMatchObject({ code: 'bad-option', options: [name] });
    expect(error.message).toContain(`\`${name}\``);
  });

  test('FM-19 FM-28 keeps the class of a limit error', async () => {
    const shop = new Workshop({ maxManagersPerUser: 1 });
    await shop.make('u');
    const refusal = await shop.askInVain('u');
    expect(refusal).toBeInstanceOf(ManagerLimitError);
  });
});

function inForce(options: ManagerFactoryOptions = {}): string {
  const shop = new Workshop({ environment: undefined as never, ...options });
  return shop.factory.getFactoryStats().environment;
}

describe('the environment of a manager factory', () => {
  beforeEach(() => {
    for (const name of ['HOLDFAST_ENV', 'ENVIRONMENT', 'NODE_ENV']) vi.stubEnv(name, '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const named = [
    ['test', 'test', 30_000],
    ['testing', 'test', 30_000],
    ['ci', 'ci', 30_000],
    ['development', 'development', 120_000],
    ['staging', 'staging', 300_000],
    ['production', 'production', 300_000],
    ['prod', 'production', 300_000],
    ['', 'production', 300_000],
    ['Production', 'production', 300_000],
  ] as const;

  test.each(named)('FM-64 takes %j for %s', async (name, environment, intervalMs) => {
    vi.stubEnv('ENVIRONMENT', name);
    const shop = new Workshop({ environment: undefined as never });
    expect(shop.factory.getFactoryStats()).toMatchObject({
      environment,
      cleanup_interval_ms: intervalMs,
    });
    expect(shop.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('FM-64 takes an unknown name for production and warns of it', () => {
    vi.stubEnv('NODE_ENV', 'garbage');
    const shop = new Workshop({ environment: undefined as never });
    expect(shop.factory.getFactoryStats().cleanup_interval_ms).toBe(300_000);
    const warnings = shop.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain('"garbage"');
  });

  test('FM-64 asks HOLDFAST_ENV, then ENVIRONMENT, then NODE_ENV, and the option before them all', () => {
    expect(inForce()).toBe('production');
    vi.stubEnv('NODE_ENV', 'test');
    expect(inForce()).toBe('test');
    vi.stubEnv('ENVIRONMENT', 'staging');
    expect(inForce()).toBe('staging');
    vi.stubEnv('HOLDFAST_ENV', 'development');
    expect(inForce()).toBe('development');
    expect(inForce({ environment: 'ci' })).toBe('ci');
  });

  test('FM-64 lets an explicit interval win over the environment', () => {
    const { factory } = new Workshop({ environment: 'production', cleanupIntervalMs: 1_000 });
    expect(factory.getFactoryStats().cleanup_interval_ms).toBe(1_000);
  });
});
