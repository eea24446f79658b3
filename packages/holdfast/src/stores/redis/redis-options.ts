import type { ConnectionOptions } from 'node:tls';
import { describeValue, UsageError } from '../../core/usage-error.ts';
import { parseTarget, type RedisTarget } from './redis-target.ts';

/** How a store in Redis is reached. */
export interface RedisStoreOptions {
  /**
   * `redis://user:password@host:port/db` or `rediss://…` for TLS: a single server; several of them: seeds of a Redis Cluster;
   * `redis+sentinel://host:port,host:port/name/db`: the master that Sentinels know by this name.
   */
  readonly urls: string | readonly string[];
  /** Over that of the URL. */
  readonly username?: string;
  /** Over that of the URL. */
  readonly password?: string;
  /** Over that of the URL. A Redis Cluster has no other one than 0. */
  readonly db?: number;
  /** Where the Sentinels want credentials of their own. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  /** For TLS with a certificate authority or a client certificate of your own; makes every connection use TLS. */
  readonly tls?: ConnectionOptions;
  /** Begins the name of every key and channel. Default `holdfast`. Deployments that share a server need one each. */
  readonly prefix?: string;
  /** How long an act may take, milliseconds. Default 500. */
  readonly timeoutMs?: number;
  /** How long a lease runs unless it is renewed, milliseconds by the clock of Redis. Default 5,000. */
  readonly leaseMs?: number;
}

/** The options in force. */
export interface RedisSettings {
  readonly target: RedisTarget;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly tls: ConnectionOptions | undefined;
  /** With the number of the database: channels are the same in all databases of a server. */
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly leaseMs: number;
}

const optionNames: Readonly<Record<keyof RedisStoreOptions, true>> = {
  urls: true,
  username: true,
  password: true,
  db: true,
  sentinelUsername: true,
  sentinelPassword: true,
  tls: true,
  prefix: true,
  timeoutMs: true,
  leaseMs: true,
};

/**
 * The options in force: what was given over what the URLs say, over the defaults.
 *
 * @throws UsageError `bad-option`, `contradicting-options`
 */
export function resolveRedisOptions(
  given: string | readonly string[] | RedisStoreOptions,
): RedisSettings {
  const options = isOptions(given) ? given : { urls: given };
  checkNames(options);
  const target = parseTarget(options.urls);
  const db = dbOf(options, target);
  return {
    target,
    db,
    username: options.username ?? target.username,
    password: options.password ?? target.password,
    sentinelUsername: options.sentinelUsername,
    sentinelPassword: options.sentinelPassword,
    tls: options.tls ?? (target.isSecure ? {} : undefined),
    prefix: prefixOf(options, db),
    timeoutMs: checkWhole('timeoutMs', options.timeoutMs ?? 500, 1),
    leaseMs: checkWhole('leaseMs', options.leaseMs ?? 5_000, 1),
  };
}

function checkNames(options: RedisStoreOptions): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(optionNames, name))
      fail(
        `Expected an option of a store in Redis, got \`${name}\`. Known are: ${Object.keys(optionNames).join(', ')}.`,
        name,
      );
}

function dbOf(options: RedisStoreOptions, target: RedisTarget): number {
  const db = checkWhole('db', options.db ?? target.db, 0);
  if (target.kind !== 'cluster' || db === 0) return db;
  throw new UsageError(
    'contradicting-options',
    `Expected \`db\` to be 0 with several \`urls\`, which are seeds of a Redis Cluster, got ${db}.`,
    ['db', 'urls'],
  );
}

/** Without a dot of its own, so that the database behind the dot keeps two deployments apart. */
function prefixOf({ prefix = 'holdfast' }: RedisStoreOptions, db: number): string {
  if (!/^[\w-]{1,64}$/.test(prefix))
    fail(
      `Expected \`prefix\` to be 1 to 64 letters, digits and dashes, got ${describeValue(prefix)}.`,
      'prefix',
    );
  return db === 0 ? prefix : `${prefix}.${db}`;
}

function isOptions(
  given: string | readonly string[] | RedisStoreOptions,
): given is RedisStoreOptions {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function checkWhole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least && value < 2 ** 31) return value;
  return fail(
    `Expected \`${name}\` to be a whole number from ${least}, got ${describeValue(value)}.`,
    name,
  );
}

function fail(message: string, option: string): never {
  throw new UsageError('bad-option', message, [option]);
}
