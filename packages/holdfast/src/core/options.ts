import { detectEnvironment, type Environment, sweepIntervalMs } from './environment.ts';
import type { RateLimit } from './rate.ts';
import { describeValue, UsageError } from './usage-error.ts';

/** What happens to a newcomer when all of the user's sessions have proven to be alive. */
export type LimitPolicy = 'deny' | 'evict-oldest' | 'ask';

/** What happens to a session that falls off the tail of the log. */
export type SlowPolicy = 'gap' | 'close';

/** Everything a session layer can be told. Milliseconds and bytes, whole numbers. */
export interface Settings {
  /** N: how many sessions a user may hold, 1 to 1000. */
  readonly maxSessionsPerUser: number;
  readonly onLimit: LimitPolicy;
  /** A peer that has been quiet this long is pinged. */
  readonly pingIntervalMs: number;
  /** A ping unanswered for this long is death. */
  readonly pingTimeoutMs: number;
  /** A ping unanswered for this long is death when the same user needs the slot. */
  readonly probeTimeoutMs: number;
  /** The ping interval of users at 80 % of their limit or more. */
  readonly pressurePingIntervalMs: number;
  /** Where the process runs; only the sweep's interval depends on it. */
  readonly environment: Environment;
  /** From one sweep to the next. */
  readonly cleanupIntervalMs: number;
  /** From reserved to attached. */
  readonly openTimeoutMs: number;
  /** How long the log serves a user who has no session. */
  readonly resumeWindowMs: number;
  /** The bounds of one user's log, and of all logs together. */
  readonly historyEvents: number;
  readonly historyBytes: number;
  readonly historyTotalBytes: number;
  /** Bytes written beyond what the peer has confirmed. */
  readonly maxUnconfirmedBytes: number;
  readonly onSlow: SlowPolicy;
  /** Messages per second and session, of which as many may come at once. */
  readonly messageRate: number;
  /** Opens per user; null for no bound. A gateway that faces the open net sets one. */
  readonly userConnectRate: RateLimit | null;
  /** How long a hook may take before it is given up. */
  readonly hookTimeoutMs: number;
}

/** What a caller gives: any part of the settings; the environment by any of its names. */
export type SessionOptions = Partial<Omit<Settings, 'environment'>> & {
  readonly environment?: string | undefined;
};

/** Every default, in one place. `cleanupIntervalMs` comes from the environment. */
export const defaultSettings: Omit<Settings, 'environment' | 'cleanupIntervalMs'> = {
  maxSessionsPerUser: 5,
  onLimit: 'deny',
  pingIntervalMs: 25_000,
  pingTimeoutMs: 10_000,
  probeTimeoutMs: 1_000,
  pressurePingIntervalMs: 5_000,
  openTimeoutMs: 10_000,
  resumeWindowMs: 120_000,
  historyEvents: 16_384,
  historyBytes: 1024 * 1024,
  historyTotalBytes: 256 * 1024 * 1024,
  maxUnconfirmedBytes: 256 * 1024,
  onSlow: 'gap',
  messageRate: 50,
  userConnectRate: null,
  hookTimeoutMs: 2_000,
};

/** The largest limit a user can have. */
export const maxLimit = 1000;

const longestMs = 7 * 24 * 3_600_000;
const mostBytes = 1024 ** 4;

type NumberOption = {
  [K in keyof Settings]: Settings[K] extends number ? K : never;
}[keyof Settings];

const ranges: Readonly<Record<NumberOption, readonly [least: number, most: number]>> = {
  maxSessionsPerUser: [1, maxLimit],
  pingIntervalMs: [10, longestMs],
  pingTimeoutMs: [10, longestMs],
  probeTimeoutMs: [10, longestMs],
  pressurePingIntervalMs: [10, longestMs],
  cleanupIntervalMs: [10, longestMs],
  openTimeoutMs: [10, longestMs],
  resumeWindowMs: [1, longestMs],
  historyEvents: [1, 2 ** 30],
  historyBytes: [1024, mostBytes],
  historyTotalBytes: [1024, mostBytes],
  maxUnconfirmedBytes: [1024, mostBytes],
  messageRate: [1, 1_000_000],
  hookTimeoutMs: [1, longestMs],
};

const relations: readonly {
  readonly smaller: NumberOption;
  readonly larger: NumberOption;
  readonly why: string;
}[] = [
  {
    smaller: 'probeTimeoutMs',
    larger: 'pingTimeoutMs',
    why: 'a probe is the less patient of the two',
  },
  {
    smaller: 'pressurePingIntervalMs',
    larger: 'pingIntervalMs',
    why: 'users near their limit are pinged more often',
  },
  { smaller: 'historyBytes', larger: 'historyTotalBytes', why: 'one log is part of all logs' },
];

/**
 * The settings in force: what was given, over the defaults.
 *
 * @throws UsageError `bad-option` or `contradicting-options`; the latter names both options
 */
export function resolveSettings(options: SessionOptions = {}): Settings {
  for (const name of Object.keys(options)) checkKnown(name);
  const { environment } = detectEnvironment(options.environment);
  const settings: Settings = {
    ...defaultSettings,
    cleanupIntervalMs: sweepIntervalMs(environment),
    ...given(options),
    environment,
  };
  for (const name of Object.keys(ranges) as NumberOption[]) checkRange(name, settings[name]);
  checkChoice('onLimit', settings.onLimit, ['deny', 'evict-oldest', 'ask']);
  checkChoice('onSlow', settings.onSlow, ['gap', 'close']);
  checkRate(settings.userConnectRate);
  for (const { smaller, larger, why } of relations) {
    if (settings[smaller] <= settings[larger]) continue;
    throw new UsageError(
      'contradicting-options',
      `Expected \`${smaller}\` to be at most \`${larger}\` (${why}), got ${settings[smaller]} and ${settings[larger]}. Change one of the two.`,
      [smaller, larger],
    );
  }
  return settings;
}

/**
 * A limit as given for one user or by a token.
 *
 * @throws UsageError `bad-limit`
 */
export function checkLimit(limit: unknown): number {
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= maxLimit)
    return limit;
  throw new UsageError(
    'bad-limit',
    `Expected \`limit\` to be a whole number from 1 to ${maxLimit}, got ${describeValue(limit)}.`,
  );
}

function given(options: SessionOptions): Partial<Settings> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkKnown(name: string): void {
  if (
    name === 'environment' ||
    name === 'cleanupIntervalMs' ||
    Object.hasOwn(defaultSettings, name)
  )
    return;
  const known = [...Object.keys(defaultSettings), 'environment', 'cleanupIntervalMs'].join(', ');
  throw new UsageError(
    'bad-option',
    `Expected an option of a session layer, got \`${name}\`. Known are: ${known}.`,
    [name],
  );
}

function checkRange(name: NumberOption, value: unknown): void {
  const [least, most] = ranges[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
    return;
  throw new UsageError(
    'bad-option',
    `Expected \`${name}\` to be a whole number from ${least} to ${most}, got ${describeValue(value)}.`,
    [name],
  );
}

function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return;
  throw new UsageError(
    'bad-option',
    `Expected \`${name}\` to be one of ${choices.join(', ')}, got ${describeValue(value)}.`,
    [name],
  );
}

function checkRate(rate: unknown): void {
  if (rate === null) return;
  const { perSecond, burst } = (
    typeof rate === 'object' && rate !== null ? rate : {}
  ) as Partial<RateLimit>;
  if (
    typeof perSecond === 'number' &&
    perSecond > 0 &&
    Number.isInteger(burst) &&
    (burst ?? 0) >= 1
  )
    return;
  throw new UsageError(
    'bad-option',
    'Expected `userConnectRate` to be null or { perSecond, burst } with perSecond over 0 and burst a whole number from 1.',
    ['userConnectRate'],
  );
}
