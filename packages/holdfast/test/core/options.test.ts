import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  checkLimit,
  defaultSettings,
  resolveSettings,
  type SessionOptions,
  type Settings,
} from '../../src/core/options.ts';
import { UsageError } from '../../src/core/usage-error.ts';

const weekMs = 7 * 24 * 3_600_000;
const tebibyte = 1024 ** 4;

/** The edges of every option that is a number, written down a second time. */
const edges = [
  ['maxSessionsPerUser', 1, 1_000],
  ['pingIntervalMs', 10, weekMs],
  ['pingTimeoutMs', 10, weekMs],
  ['probeTimeoutMs', 10, weekMs],
  ['pressurePingIntervalMs', 10, weekMs],
  ['cleanupIntervalMs', 10, weekMs],
  ['openTimeoutMs', 10, weekMs],
  ['resumeWindowMs', 1, weekMs],
  ['historyEvents', 1, 2 ** 30],
  ['historyBytes', 1_024, tebibyte],
  ['historyTotalBytes', 1_024, tebibyte],
  ['maxUnconfirmedBytes', 1_024, tebibyte],
  ['messageRate', 1, 1_000_000],
  ['hookTimeoutMs', 1, weekMs],
] as const;

type NumberOption = (typeof edges)[number][0];

/** Options of which each must not exceed the other. */
const relations = [
  ['probeTimeoutMs', 'pingTimeoutMs'],
  ['pressurePingIntervalMs', 'pingIntervalMs'],
  ['historyBytes', 'historyTotalBytes'],
] as const;

/** The option with this value, and its partners moved along so that only its own range is asked about. */
function alone(name: NumberOption, value: number): SessionOptions {
  const options: Partial<Record<NumberOption, number>> = { [name]: value };
  for (const [smaller, larger] of relations) {
    if (name === smaller) options[larger] = edges.find(([option]) => option === larger)?.[2] ?? 0;
    if (name === larger) options[smaller] = edges.find(([option]) => option === smaller)?.[1] ?? 0;
  }
  return options;
}

function errorOf(options: unknown): UsageError {
  try {
    resolveSettings(options as SessionOptions);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('expected a UsageError, got none');
}

describe('the defaults', () => {
  it('are those of the published table', () => {
    expect(resolveSettings()).toEqual({
      maxSessionsPerUser: 5,
      onLimit: 'deny',
      pingIntervalMs: 25_000,
      pingTimeoutMs: 10_000,
      probeTimeoutMs: 1_000,
      pressurePingIntervalMs: 5_000,
      environment: 'production',
      cleanupIntervalMs: 300_000,
      openTimeoutMs: 10_000,
      resumeWindowMs: 2 * 60_000,
      historyEvents: 16_384,
      historyBytes: 1024 ** 2,
      historyTotalBytes: 256 * 1024 ** 2,
      maxUnconfirmedBytes: 256 * 1024,
      onSlow: 'gap',
      messageRate: 50,
      userConnectRate: null,
      hookTimeoutMs: 2_000,
    } satisfies Settings);
  });

  it.each(Object.keys(defaultSettings) as (keyof typeof defaultSettings)[])(
    'hold for %s when it is given as undefined',
    (name) => {
      const options = { [name]: undefined } as unknown as SessionOptions;
      expect(resolveSettings(options)).toEqual(resolveSettings());
    },
  );

  it('stay as they are whatever is resolved', () => {
    const before = structuredClone(defaultSettings);
    resolveSettings({ maxSessionsPerUser: 7, environment: 'test' });
    expect(defaultSettings).toEqual(before);
  });
});

describe('FM-49 the range of', () => {
  it.each(edges)('%s begins at %d and ends at %d', (name, least, most) => {
    expect(resolveSettings(alone(name, least))[name]).toBe(least);
    expect(resolveSettings(alone(name, most))[name]).toBe(most);
    for (const value of [least - 1, most + 1]) {
      const error = errorOf({ [name]: value });
      expect(error.code).toBe('bad-option');
      expect(error.options).toEqual([name]);
      expect(error.message).toBe(
        `Expected \`${name}\` to be a whole number from ${least} to ${most}, got ${value}.`,
      );
    }
  });

  it.each(edges)('%s holds whole numbers only', (name, least) => {
    for (const value of [least + 0.5, Number.NaN, Number.POSITIVE_INFINITY, `${least}`, null, {}])
      expect(errorOf({ [name]: value }).options).toEqual([name]);
  });
});

describe('FM-49 options that contradict each other', () => {
  it.each(relations)(
    '%s over %s are an error that names both and their values',
    (smaller, larger) => {
      const most = resolveSettings()[larger];
      expect(resolveSettings({ [smaller]: most })[smaller]).toBe(most);
      const error = errorOf({ [smaller]: most + 1 });
      expect(error.code).toBe('contradicting-options');
      expect(error.options).toEqual([smaller, larger]);
      for (const part of [`\`${smaller}\``, `\`${larger}\``, `${most + 1}`, `${most}`])
        expect(error.message).toContain(part);
    },
  );

  it.each(relations)('%s against a %s lowered below it is the same error', (smaller, larger) => {
    const error = errorOf({ [larger]: resolveSettings()[smaller] - 1 });
    expect(error.code).toBe('contradicting-options');
    expect(error.options).toEqual([smaller, larger]);
  });

  it('are only looked for once each is in its own range', () => {
    expect(errorOf({ probeTimeoutMs: -1, pingTimeoutMs: -2 }).code).toBe('bad-option');
  });
});

describe('an option that is none', () => {
  it.each(['maxSessions', 'pingInterval', '', '__proto__x', 'toString', 'constructor'])(
    'is refused by its name: %j',
    (name) => {
      const error = errorOf({ [name]: 1 });
      expect(error.code).toBe('bad-option');
      expect(error.options).toEqual([name]);
      expect(error.message).toContain('maxSessionsPerUser');
    },
  );

  it('is refused also when its value is undefined', () => {
    expect(errorOf({ maxSession: undefined }).options).toEqual(['maxSession']);
  });

  it('is listed against all that are known', () => {
    const { message } = errorOf({ nothing: 1 });
    for (const name of Object.keys(resolveSettings())) expect(message).toContain(name);
  });
});

describe('an option that is a choice', () => {
  it.each(['deny', 'evict-oldest', 'ask'] as const)('onLimit may be %s', (onLimit) => {
    expect(resolveSettings({ onLimit }).onLimit).toBe(onLimit);
  });

  it.each(['gap', 'close'] as const)('onSlow may be %s', (onSlow) => {
    expect(resolveSettings({ onSlow }).onSlow).toBe(onSlow);
  });

  it.each(['onLimit', 'onSlow'])('%s may be nothing else', (name) => {
    for (const value of ['', 'Deny', 'allow', 1, null, ['deny'], true]) {
      const error = errorOf({ [name]: value });
      expect(error.code).toBe('bad-option');
      expect(error.options).toEqual([name]);
    }
  });
});

describe('the connect rate per user', () => {
  it('may be null or a rate', () => {
    const rate = { perSecond: 0.5, burst: 1 };
    expect(resolveSettings({ userConnectRate: null }).userConnectRate).toBeNull();
    expect(resolveSettings({ userConnectRate: rate }).userConnectRate).toEqual(rate);
  });

  it.each([
    { perSecond: 0, burst: 1 },
    { perSecond: -1, burst: 1 },
    { perSecond: Number.NaN, burst: 1 },
    { perSecond: 1, burst: 0 },
    { perSecond: 1, burst: 1.5 },
    { perSecond: '1', burst: 1 },
    { perSecond: 1 },
    { burst: 1 },
    20,
    'fast',
    false,
  ])('may not be %j', (rate) => {
    expect(errorOf({ userConnectRate: rate }).options).toEqual(['userConnectRate']);
  });
});

describe('FM-64 the interval of the sweep', () => {
  it('comes from the environment, and an explicit one wins', () => {
    expect(resolveSettings({ environment: 'test' }).cleanupIntervalMs).toBe(30_000);
    expect(
      resolveSettings({ environment: 'test', cleanupIntervalMs: 1_234 }).cleanupIntervalMs,
    ).toBe(1_234);
  });

  it('shows the environment in force by its own name', () => {
    expect(resolveSettings({ environment: 'PROD' }).environment).toBe('production');
    expect(resolveSettings({ environment: 'garbage' }).environment).toBe('production');
    expect(resolveSettings({ environment: undefined }).environment).toBe('production');
  });
});

describe('FM-18 a limit for one user', () => {
  it.each([1, 2, 999, 1_000])('may be %d', (limit) => {
    expect(checkLimit(limit)).toBe(limit);
  });

  it.each([0, -1, 1_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined, {}])(
    'may not be %s',
    (limit) => {
      expect(() => checkLimit(limit)).toThrow(
        expect.objectContaining({ name: 'UsageError', code: 'bad-limit' }),
      );
    },
  );
});

describe('an error about an option', () => {
  it('does not repeat a long value, which may be a secret', () => {
    const { message } = errorOf({ onLimit: 's3cret'.repeat(20) });
    expect(message).not.toContain('s3cret');
    expect(message).toContain('a text of 120 characters');
  });

  it('has a default in the source for every range it speaks of', () => {
    const source = readFileSync(new URL('../../src/core/options.ts', import.meta.url), 'utf8');
    const names = [...source.matchAll(/^ {2}(\w+): \[/gm)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(edges.map(([name]) => name)));
  });
});
