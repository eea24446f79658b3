import { UsageError } from 'holdfast';
import type { ClusterStore } from 'holdfast/cluster';
import { connectRedis } from 'holdfast/redis';

/** Where the store is, and how its keys begin. */
export interface StoreAddress {
  /** As `--redis-url` has it. */
  readonly url: string;
  readonly prefix: string;
  /** Over that of the address. */
  readonly password?: string | undefined;
  readonly sentinelPassword?: string | undefined;
}

/** A store that may have something to say about how it is set up. */
export interface OpenedStore extends ClusterStore {
  /** What is wrong with the settings of the server, as found when it was last connected; each says what to do. */
  warnings(): readonly string[];
}

/**
 * Opens the store; it connects by itself, now and after every cut.
 *
 * @throws UsageError for an address that is none; its text repeats nothing of it
 */
export function openStore(address: StoreAddress): OpenedStore {
  const { url, prefix, password, sentinelPassword } = address;
  const urls = url.includes('+sentinel:') ? url : url.split(',').map((part) => part.trim());
  try {
    return connectRedis({
      ...{ urls, prefix },
      ...(password !== undefined && { password }),
      ...(sentinelPassword !== undefined && { sentinelPassword }),
    });
  } catch (error) {
    if (!(error instanceof UsageError) || !error.options.includes('urls')) throw error;
    // The library names its option; the gateway has another one for it.
    const message = error.message.replaceAll('`urls`', '`redisUrl`');
    throw new UsageError(error.code, message, ['redisUrl']);
  }
}
