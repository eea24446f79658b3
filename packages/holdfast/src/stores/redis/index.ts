import { type RedisStoreOptions, resolveRedisOptions } from './redis-options.ts';
import { RedisStore } from './redis-store.ts';

export { StoreError, type StoreErrorKind } from '../../sessions/store/store-error.ts';
export type { RedisStore, RedisStoreOptions };

/**
 * A store in Redis, for the nodes of one deployment. It connects by itself, now and after every cut; acts that cannot be done
 * reject at once with a {@link StoreError}.
 *
 * @param target a URL, several of them for a Redis Cluster, or all options
 * @throws UsageError `bad-option`, `contradicting-options`
 */
export function connectRedis(target: string | readonly string[] | RedisStoreOptions): RedisStore {
  return new RedisStore(resolveRedisOptions(target));
}
