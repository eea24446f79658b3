import { defaultSettings, maxLimit, type SessionOptions } from '../core/options.ts';
import { describeValue, UsageError } from '../core/usage-error.ts';
import type { Clock } from '../sessions/clock.ts';
import type { NamedEnvironment } from './environment.ts';
import type { ManagerHooks } from './hooks.ts';
import type { FactoryLogger, MetricsSink } from './observers.ts';

/** What a factory can be told. Milliseconds are whole numbers; every default is that of a session layer. */
export interface ManagerFactoryOptions {
  /** N: how many managers a user may have at once, 1 to 1000; 5 by default. */
  readonly maxManagersPerUser?: number;
  /**
   * Where the process runs: test, ci, development, staging or production. By default what HOLDFAST_ENV, ENVIRONMENT or
   * NODE_ENV says, and production where none does. Only the sweep's interval depends on it.
   */
  readonly environment?: string;
  /**
   * The heartbeat budget: the time within which a peer that is gone is known to be, `pingIntervalMs` + `pingTimeoutMs`.
   * Never an age: a manager lives as long as its peer answers. The parts not given follow from it.
   */
  readonly connectionTimeoutSeconds?: number;
  /** A peer that has been quiet this long is pinged. */
  readonly pingIntervalMs?: number;
  /** A ping unanswered for this long is death. */
  readonly pingTimeoutMs?: number;
  /** A ping unanswered for this long is death when the same user needs the slot. */
  readonly probeTimeoutMs?: number;
  /** The ping interval of users at 80 % of their limit or more. */
  readonly pressurePingIntervalMs?: number;
  /** From one sweep (background cleanup) to the next. By the environment: 30 s, 2 min or 5 min. */
  readonly cleanupIntervalMs?: number;
  /** How long a manager may hold its slot without a socket. */
  readonly openTimeoutMs?: number;
  /** Hears what is worth a line; the factory itself prints nothing. */
  readonly logger?: FactoryLogger;
  /** Hears every event, for counters of one's own. */
  readonly metrics?: MetricsSink;
  /** What the application does when a manager gets a message or is over. */
  readonly hooks?: ManagerHooks;
  /** Another clock than that of the process, for tests. */
  readonly clock?: Clock;
}

type Heartbeat = Pick<
  SessionOptions,
  'pingIntervalMs' | 'pingTimeoutMs' | 'probeTimeoutMs' | 'pressurePingIntervalMs'
>;

const optionNames: Readonly<Record<keyof ManagerFactoryOptions, true>> = {
  maxManagersPerUser: true,
  environment: true,
  connectionTimeoutSeconds: true,
  pingIntervalMs: true,
  pingTimeoutMs: true,
  probeTimeoutMs: true,
  pressurePingIntervalMs: true,
  cleanupIntervalMs: true,
  openTimeoutMs: true,
  logger: true,
  metrics: true,
  hooks: true,
  clock: true,
};

/** The bounds of `connectionTimeoutSeconds`. */
const leastBudgetSeconds = 0.1;
const mostBudgetSeconds = 7 * 24 * 3_600;
/** How much of a budget is the interval, where neither part is given: as in the defaults, 25 s of 35 s. */
const intervalShare: number =
  defaultSettings.pingIntervalMs / (defaultSettings.pingIntervalMs + defaultSettings.pingTimeoutMs);
/** An absent user's log serves nobody here, for a manager is one connection and is not resumed. */
const resumeWindowMs = 10_000;
/** The wire belongs to the application, and so does the decision how fast its clients may send. */
const messageRate = 1_000_000;

/**
 * The options of the session layer that these options come to.
 *
 * @throws UsageError `bad-option` or `contradicting-options`; the layer itself judges what is handed on
 */
export function toSessionOptions(
  options: ManagerFactoryOptions,
  environment: NamedEnvironment,
): SessionOptions {
  for (const name of Object.keys(options)) checkKnown(name);
  const { cleanupIntervalMs, openTimeoutMs } = options;
  return {
    ...withoutAbsent({ cleanupIntervalMs, openTimeoutMs }),
    ...withoutAbsent(heartbeatOf(options)),
    maxSessionsPerUser: checkLimit(options.maxManagersPerUser),
    environment: environment.name,
    // A plain client has no word for a gap: one that falls behind is closed and knows it.
    onSlow: 'close',
    resumeWindowMs,
    messageRate,
  };
}

function heartbeatOf(options: ManagerFactoryOptions): {
  [K in keyof Heartbeat]: number | undefined;
} {
  const { connectionTimeoutSeconds, pingIntervalMs, pingTimeoutMs } = options;
  const { probeTimeoutMs, pressurePingIntervalMs } = options;
  if (connectionTimeoutSeconds === undefined) {
    return { pingIntervalMs, pingTimeoutMs, probeTimeoutMs, pressurePingIntervalMs };
  }
  const budgetMs = checkBudget(connectionTimeoutSeconds);
  const freeIntervalMs =
    pingTimeoutMs === undefined ? Math.round(budgetMs * intervalShare) : budgetMs - pingTimeoutMs;
  const intervalMs = pingIntervalMs ?? freeIntervalMs;
  const timeoutMs = pingTimeoutMs ?? budgetMs - intervalMs;
  if (intervalMs <= 0 || timeoutMs <= 0 || intervalMs + timeoutMs !== budgetMs) {
    throw contradiction(options);
  }
  return {
    pingIntervalMs: intervalMs,
    pingTimeoutMs: timeoutMs,
    probeTimeoutMs: probeTimeoutMs ?? Math.min(defaultSettings.probeTimeoutMs, timeoutMs),
    pressurePingIntervalMs:
      pressurePingIntervalMs ?? Math.min(defaultSettings.pressurePingIntervalMs, intervalMs),
  };
}

function contradiction(options: ManagerFactoryOptions): UsageError {
  const parts = (['pingIntervalMs', 'pingTimeoutMs'] as const).filter(
    (name) => options[name] !== undefined,
  );
  const values = parts.map((name) => `\`${name}\` ${describeValue(options[name])}`).join(' and ');
  return new UsageError(
    'contradicting-options',
    `Expected \`connectionTimeoutSeconds\` to be \`pingIntervalMs\` + \`pingTimeoutMs\` in seconds, both over 0, got ${options.connectionTimeoutSeconds} with ${values}. Give it, or the two others, or make them agree.`,
    ['connectionTimeoutSeconds', ...parts],
  );
}

function checkBudget(seconds: unknown): number {
  if (
    typeof seconds === 'number' &&
    seconds >= leastBudgetSeconds &&
    seconds <= mostBudgetSeconds
  ) {
    return Math.round(seconds * 1000);
  }
  throw new UsageError(
    'bad-option',
    `Expected \`connectionTimeoutSeconds\` to be a number from ${leastBudgetSeconds} to ${mostBudgetSeconds}, got ${describeValue(seconds)}.`,
    ['connectionTimeoutSeconds'],
  );
}

function checkLimit(limit: unknown = defaultSettings.maxSessionsPerUser): number {
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= maxLimit) {
    return limit;
  }
  throw new UsageError(
    'bad-option',
    `Expected \`maxManagersPerUser\` to be a whole number from 1 to ${maxLimit}, got ${describeValue(limit)}.`,
    ['maxManagersPerUser'],
  );
}

function checkKnown(name: string): void {
  if (Object.hasOwn(optionNames, name)) return;
  throw new UsageError(
    'bad-option',
    `Expected an option of a manager factory, got \`${name}\`. Known are: ${Object.keys(optionNames).join(', ')}.`,
    [name],
  );
}

function withoutAbsent(
  options: Readonly<Record<string, number | undefined>>,
): Partial<SessionOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
