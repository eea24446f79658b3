import { hashOf } from './hash.ts';

/** A power of two. With a million keys each shard holds four thousand, which are moved within 0.2 ms. */
const shards = 256;

/**
 * A map of text keys, in many small maps. One large map is moved as a whole when it grows or shrinks: with a million keys
 * that takes 30 ms, in which nothing else happens. What was found last is remembered: whoever lets a session in asks about
 * its user some twenty times.
 */
export class ShardedMap<V> {
  readonly #shards: (Map<string, V> | undefined)[] = [];
  #lastKey: string | null = null;
  #lastValue: V | undefined;

  get size(): number {
    let size = 0;
    for (const shard of this.#shards) size += shard?.size ?? 0;
    return size;
  }

  get(key: string): V | undefined {
    if (key !== this.#lastKey) this.#remember(key, this.#shards[shardOf(key)]?.get(key));
    return this.#lastValue;
  }

  set(key: string, value: V): void {
    const place = shardOf(key);
    while (this.#shards.length <= place) this.#shards.push(undefined);
    const shard = this.#shards[place];
    if (shard === undefined) this.#shards[place] = new Map([[key, value]]);
    else shard.set(key, value);
    this.#remember(key, value);
  }

  delete(key: string): boolean {
    if (key === this.#lastKey) this.#remember(null, undefined);
    return this.#shards[shardOf(key)]?.delete(key) ?? false;
  }

  /** Each key once; a key that comes while this goes on may be among them or not. */
  *keys(): Generator<string, undefined> {
    for (const shard of this.#shards) if (shard !== undefined) yield* shard.keys();
  }

  *values(): Generator<V, undefined> {
    for (const shard of this.#shards) if (shard !== undefined) yield* shard.values();
  }

  #remember(key: string | null, value: V | undefined): void {
    this.#lastKey = key;
    this.#lastValue = value;
  }
}

/** Which of the shards holds a key. */
export function shardOf(key: string): number {
  return hashOf(key) & (shards - 1);
}
