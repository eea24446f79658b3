import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { backoffMs } from '../../core/backoff.ts';
import { connectEarly } from './cluster-masters.ts';
import type { RedisSettings } from './redis-options.ts';
import type { RedisAddress } from './redis-target.ts';

/** Replies keep one shape, whatever the protocol. */
type ConnectionSettings = Omit<RedisOptions, 'replyMapping'>;

/** Between two attempts to connect, milliseconds. */
const reconnecting = { firstMs: 100, maxMs: 1_000 };
const connectTimeoutMs = 2_000;
/**
 * A connection on which so many acts in a row could have timed out is given up: where packets were dropped, TCP itself would
 * try again only after as long as that has lasted.
 */
const silentTimeouts = 4;
/** How long the other side of a connection that was ended here may take to end it, too. */
const disconnectTimeoutMs = 100;

/**
 * What all connections have in common. Nothing waits for a connection, nothing is sent twice: an act whose connection broke
 * may have been done.
 */
function commonOptions(settings: RedisSettings): ConnectionSettings {
  return {
    username: settings.username,
    password: settings.password,
    tls: settings.tls,
    commandTimeout: settings.timeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // What loads is told by its answers; the check would keep it to itself.
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: connectTimeoutMs,
    socketTimeout: silentTimeouts * settings.timeoutMs,
    disconnectTimeout: disconnectTimeoutMs,
  };
}

function addressOptions({ target, ...settings }: RedisSettings): ConnectionSettings {
  const [first] = target.addresses;
  if (target.kind !== 'sentinel') return { ...first, db: settings.db };
  return {
    sentinels: [...target.addresses],
    name: target.master,
    db: settings.db,
    sentinelUsername: settings.sentinelUsername,
    sentinelPassword: settings.sentinelPassword,
    sentinelCommandTimeout: settings.timeoutMs,
    enableTLSForSentinelMode: settings.tls !== undefined,
    ...(settings.tls === undefined ? {} : { sentinelTLS: settings.tls }),
  };
}

function pauseMs(attempts: number): number {
  return 10 + backoffMs(reconnecting, attempts, Math.random());
}

/**
 * The connection for commands, which comes back by itself.
 *
 * @param isStale told each error that is an answer; true where another server has become the master
 */
export function openCommands(
  settings: RedisSettings,
  isStale: (error: Error) => boolean,
): Redis | Cluster {
  if (settings.target.kind !== 'cluster')
    return new Redis({
      ...commonOptions(settings),
      ...addressOptions(settings),
      retryStrategy: pauseMs,
      sentinelRetryStrategy: pauseMs,
      reconnectOnError: isStale,
    });
  const cluster = new Cluster([...settings.target.addresses], {
    enableOfflineQueue: false,
    redisOptions: commonOptions(settings),
    clusterRetryStrategy: pauseMs,
    slotsRefreshTimeout: settings.timeoutMs,
    // What was redirected was not done and may be sent again; what broke may have been.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  });
  connectEarly(cluster);
  return cluster;
}

/** One connection for messages, which does not come back once it is over. Not connected yet. */
export function openLink(settings: RedisSettings, address: RedisAddress | null): Redis {
  return new Redis({
    ...commonOptions(settings),
    ...(address ?? addressOptions(settings)),
    lazyConnect: true,
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
  });
}
