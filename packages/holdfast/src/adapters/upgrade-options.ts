import type { IncomingMessage } from 'node:http';
import { describeValue, UsageError } from '../core/usage-error.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import type { OpenRequest } from '../sessions/open-request.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';

/** What to do with an upgrade request. */
export type Verdict =
  /** Upgrade it and ask for a slot. */
  | { readonly kind: 'open'; readonly request: Omit<OpenRequest, 'socket' | 'startedAtMs'> }
  /** Answer in HTTP, before the upgrade. */
  | {
      readonly kind: 'reject';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Upgrade it and close it with this cause, so that a browser sees the code. */
  | { readonly kind: 'refuse'; readonly cause: RefusalReason; readonly retryAfterMs?: number };

/** Into what newcomers are let: a session layer, or a node of a cluster. */
export type UpgradeLayer = Pick<SessionLayer, 'open' | 'turnAway' | 'reportFault'>;

/** How upgrade requests are taken. */
export interface UpgradeOptions {
  readonly layer: UpgradeLayer;
  /**
   * Decides about a request for a WebSocket. May await; `signal` is aborted when the client leaves or the time is over.
   * What it throws is a fault, answered 500.
   */
  readonly decide: (
    request: IncomingMessage,
    handshake: { readonly signal: AbortSignal },
  ) => Verdict | PromiseLike<Verdict>;
  /** The largest message of a client, bytes. Default 64 KB. */
  readonly maxPayloadBytes?: number;
  /** How long a decision may take, milliseconds. Default 10 s; then the answer is 503. */
  readonly decisionTimeoutMs?: number;
  /** How many requests may wait for their decision at once; more are answered 503. Default 10,000. */
  readonly mostUndecided?: number;
  /**
   * Told when a handshake ended without a WebSocket: rejected, malformed, or left by its client. What it throws or rejects
   * with is a fault and changes nothing.
   */
  readonly onUnfinished?: (request: IncomingMessage) => unknown;
}

/** The options in force. */
export interface UpgradeSettings extends UpgradeOptions {
  readonly maxPayloadBytes: number;
  readonly decisionTimeoutMs: number;
  readonly mostUndecided: number;
}

const defaults = { maxPayloadBytes: 64 * 1024, decisionTimeoutMs: 10_000, mostUndecided: 10_000 };
/** The engine keeps its bound on messages in 32 bits, and node the time of a timer. */
const most = 2 ** 31 - 1;

const optionNames: Readonly<Record<keyof UpgradeOptions, true>> = {
  layer: true,
  decide: true,
  maxPayloadBytes: true,
  decisionTimeoutMs: true,
  mostUndecided: true,
  onUnfinished: true,
};

/**
 * The options in force: what was given, over the defaults; undefined is not given.
 *
 * @throws UsageError `bad-option`
 */
export function resolveUpgradeOptions(options: UpgradeOptions): UpgradeSettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name] of given) checkKnown(name);
  const settings = { ...defaults, ...(Object.fromEntries(given) as unknown as UpgradeOptions) };
  const { layer, decide, onUnfinished } = settings;
  check(typeof layer?.open === 'function', 'layer', 'a SessionLayer', layer);
  check(typeof decide === 'function', 'decide', 'a function', decide);
  check(isAbsentOrFunction(onUnfinished), 'onUnfinished', 'a function', onUnfinished);
  for (const name of Object.keys(defaults) as (keyof typeof defaults)[]) {
    const value: unknown = settings[name];
    const isInRange = Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
    check(isInRange, name, `a whole number from 1 to ${most}`, value);
  }
  return settings;
}

/** What `decide` answered, if it is a verdict. @throws UsageError `bad-option` */
export function checkVerdict(verdict: Verdict): Verdict {
  const kind: unknown = (verdict as Partial<Verdict> | null | undefined)?.kind;
  if (kind === 'open' || kind === 'reject' || kind === 'refuse') return verdict;
  throw badOption('decide', 'a function whose answer has the `kind` open, reject or refuse', kind);
}

function isAbsentOrFunction(value: unknown): boolean {
  return value === undefined || typeof value === 'function';
}

function checkKnown(name: string): void {
  if (Object.hasOwn(optionNames, name)) return;
  throw new UsageError(
    'bad-option',
    `Expected an option of acceptUpgrades, got \`${name}\`. Known are: ${Object.keys(optionNames).join(', ')}.`,
    [name],
  );
}

function check(isGood: boolean, ...[name, expected, value]: Parameters<typeof badOption>): void {
  if (!isGood) throw badOption(name, expected, value);
}

function badOption(name: string, expected: string, value: unknown): UsageError {
  const message = `Expected \`${name}\` to be ${expected}, got ${describeValue(value)}.`;
  return new UsageError('bad-option', message, [name]);
}
