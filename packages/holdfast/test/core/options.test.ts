import { describe, expect, it } from 'vitest';
import {
  checkLimit,
  defaultSettings,
  maxLimit,
  resolveSettings,
  type SessionOptions,
  type Settings,
} from '../../src/core/options.ts';
import { UsageError } from '../../src/core/usage-error.ts';

/** The defaults of the contract, and of what the contract does not name. */
const defaults: Settings = {
  maxSessionsPerUser: 5,
  onLimit: 'deny',
  pingIntervalMs: 25_000,
  pingTimeoutMs: 10_000,
  probeTimeoutMs: 1_000,
  pressurePingIntervalMs: 5_000,
  environment: 'production',
  cleanupIntervalMs: 300_000,
  openTimeoutMs: 10_000,
  resumeWindowMs: 120_000,
  historyEvents: 16_384,
  historyBytes: 1_048_576,
  historyTotalBytes: 268_435_456,
  maxUnconfirmedBytes: 262_144,
  onSlow: 'gap',
  messageRate: 50,
  userConnectRate: null,
  hookTimeoutMs: 2_000,
};

const week = 604_800_000;
const terabyte = 1_099_511_627_776;

const ranges: readonly (readonly [name: keyof Settings, least: number, most: number])[] = [
  ['maxSessionsPerUser', 1, 1_000],
  ['pingIntervalMs', 10, week],
  ['pingTimeoutMs', 10, week],
  ['probeTimeoutMs', 10, week],
  ['pressurePingIntervalMs', 10, week],
  ['cleanupIntervalMs', 10, week],
  ['openTimeoutMs', 10, week],
  ['resumeWindowMs', 1, week],
  ['historyEvents', 1, 1_073_741_824],
  ['historyBytes', 1_024, terabyte],
  ['historyTotalBytes', 1_024, terabyte],
  ['maxUnconfirmedBytes', 1_024, terabyte],
  ['messageRate', 1, 1_000_000],
  ['hookTimeoutMs', 1, week],
];

const relations: readonly (readonly [smaller: keyof Settings, larger: keyof Settings])[] = [
  ['probeTimeoutMs', 'pingTimeoutMs'],
  ['pressurePingIntervalMs', 'pingIntervalMs'],
  ['historyBytes', 'historyTotalBytes'],
];

/** Options under which every other one may take any value of its range. */
const roomy: SessionOptions = {
  pingIntervalMs: week,
  pingTimeoutMs: week,
  historyTotalBytes: terabyte,
  probeTimeoutMs: 10,
  pressurePingIntervalMs: 10,
  historyBytes: 1_024,
};

function refusalOf(options: object): UsageError {
  try {
    resolveSettings(options);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`Expected ${JSON.stringify(options)} to be refused.`);
}

describe('the options of a session layer', () => {
  it('have the defaults of the contract, all in one place', () => {
    expect(resolveSettings()).toEqual(defaults);
    expect(resolveSettings({})).toEqual(defaults);
    const own = new Set([...Object.keys(defaultSettings), 'environment', 'cleanupIntervalMs']);
    expect(own).toEqual(new Set(Object.keys(defaults)));
  });

  it('are the default where they are given as undefined', () => {
    const undefineds = Object.fromEntries(Object.keys(defaults).map((name) => [name, undefined]));
    expect(resolveSettings(undefineds)).toEqual(defaults);
  });

  it('are kept out of the prototype: an option of that name is unknown', () => {
    const hostile = JSON.parse(
      '{"__proto__": {"maxSessionsPerUser": 1}, "constructor": 1}',
    ) as object;
    expect(refusalOf(hostile).code).toBe('bad-option');
  });

  it.each(ranges)(
    '%s is a whole number from %d to %d, and both ends are in it',
    (name, least, most) => {
      for (const value of [least, most]) {
        const isRelated = relations.some((pair) => pair.includes(name));
        const others =
          name === 'pingIntervalMs' || name === 'pingTimeoutMs' || name === 'historyTotalBytes'
            ? { probeTimeoutMs: 10, pressurePingIntervalMs: 10, historyBytes: 1_024 }
            : roomy;
        const options = { ...(isRelated ? others : {}), [name]: value };
        expect(resolveSettings(options)[name]).toBe(value);
      }
      for (const value of [
        least - 1,
        most + 1,
        least + 0.5,
        Number.NaN,
        Infinity,
        `${least}`,
        null,
        {},
      ]) {
        const { code, options, message } = refusalOf({ [name]: value });
        expect(code).toBe('bad-option');
        expect(options).toEqual([name]);
        expect(message).toContain(
          `Expected \`${name}\` to be a whole number from ${least} to ${most}, got `,
        );
      }
    },
  );

  it.each(relations)(
    'FM-49 %s over %s is refused, and the message names both',
    (smaller, larger) => {
      const at = { ...roomy, [smaller]: 5_000, [larger]: 5_000 };
      expect(resolveSettings(at)[smaller]).toBe(5_000);
      const { code, options, message } = refusalOf({ ...at, [smaller]: 5_001 });
      expect(code).toBe('contradicting-options');
      expect(options).toEqual([smaller, larger]);
      expect(message).toContain(`\`${smaller}\``);
      expect(message).toContain(`\`${larger}\``);
      expect(message).toContain('5001 and 5000');
    },
  );

  it('FM-49 are held against the defaults, too', () => {
    expect(refusalOf({ pingTimeoutMs: 500 }).options).toEqual(['probeTimeoutMs', 'pingTimeoutMs']);
    expect(refusalOf({ pingIntervalMs: 1_000 }).options).toEqual([
      'pressurePingIntervalMs',
      'pingIntervalMs',
    ]);
    expect(refusalOf({ historyTotalBytes: 1_024 }).options).toEqual([
      'historyBytes',
      'historyTotalBytes',
    ]);
  });

  it.each([
    ['onLimit', ['deny', 'evict-oldest']],
    ['onSlow', ['gap', 'close']],
  ] as const)('%s is one of %j', (name, choices) => {
    for (const choice of choices) expect(resolveSettings({ [name]: choice })[name]).toBe(choice);
    for (const value of ['', 'Deny', 'toString', 1, null]) {
      const { options, message } = refusalOf({ [name]: value });
      expect(options).toEqual([name]);
      expect(message).toContain(choices.join(', '));
    }
  });

  it('userConnectRate is null or a rate', () => {
    const rate = { perSecond: 0.5, burst: 1 };
    expect(resolveSettings({ userConnectRate: rate }).userConnectRate).toEqual(rate);
    expect(resolveSettings({ userConnectRate: null }).userConnectRate).toBeNull();
    const wrong = [0, 'fast', [], {}, { perSecond: 0, burst: 1 }, { perSecond: 1, burst: 0 }];
    for (const value of [...wrong, { perSecond: 1, burst: 1.5 }, { perSecond: '1', burst: 1 }]) {
      expect(refusalOf({ userConnectRate: value }).options).toEqual(['userConnectRate']);
    }
  });

  it('are refused when they are none, and the message lists those there are', () => {
    const { code, options, message } = refusalOf({ maxSessionPerUser: 5 });
    expect(code).toBe('bad-option');
    expect(options).toEqual(['maxSessionPerUser']);
    for (const name of Object.keys(defaults)) expect(message).toContain(name);
  });

  it('never show a text they were given at length', () => {
    const { message } = refusalOf({ onLimit: `canary-${'x'.repeat(100)}` });
    expect(message).not.toContain('canary');
    expect(message).toContain('a text of 107 characters');
  });
});

describe('a limit given for one user', () => {
  it('FM-17 is any whole number from 1 to the largest', () => {
    for (let limit = 1; limit <= maxLimit; limit += 1) expect(checkLimit(limit)).toBe(limit);
  });

  it.each([0, -1, 1_001, 1.5, Number.NaN, Infinity, '5', null, undefined, {}, []])(
    'is not %s',
    (value) => {
      expect(() => checkLimit(value)).toThrow(expect.objectContaining({ code: 'bad-limit' }));
    },
  );
});
