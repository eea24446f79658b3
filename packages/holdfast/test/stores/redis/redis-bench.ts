import { Cluster, Redis } from 'ioredis';
import { connectRedis, type RedisStore } from 'holdfast/redis';
import type { StoreBench } from 'holdfast/testing';

let benches = 0;

/** What a bench adds to the contract's. */
export interface RedisBench extends StoreBench {
  connect(): Promise<RedisStore>;
  readonly prefix: string;
}

/** A part of a Redis that nobody else uses: a prefix of its own. */
export function openRedisBench(
  urls: string | readonly string[],
  { leaseMs = 1_000 } = {},
): RedisBench {
  benches += 1;
  const prefix = `bench-${benches}`;
  const stores: RedisStore[] = [];
  /** Of each listening generation, what to do when it hears a word of the bench. */
  const listening = new Map<number, (text: string) => void>();
  const admin = openAdmin(urls);
  return {
    prefix,
    leaseMs,
    connect: async () => {
      const store = connectRedis({ urls, prefix, leaseMs, timeoutMs: 10_000 });
      stores.push(store);
      return hearingBench(store, listening);
    },
    advance: (ms) => new Promise((resolve) => void setTimeout(resolve, ms + 2)),
    settle: async () => {
      await Promise.all([...listening.keys()].map((node) => settled(node)));
    },
    wipe: async () => {
      const servers = admin instanceof Cluster ? admin.nodes('master') : [admin];
      await Promise.all(servers.map((server) => removeKeys(server, prefix)));
    },
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
      admin.disconnect();
    },
  };

  /** Each channel may be carried by a connection of its own: all of them are asked. */
  async function settled(node: number): Promise<void> {
    const places =
      admin instanceof Cluster ? Array.from({ length: 256 }, (_, place) => place) : [0];
    const waiting = new Set(places.map((place) => `bench-${place}`));
    await new Promise<void>((resolve) => {
      listening.set(node, (text) => {
        waiting.delete(text);
        if (waiting.size === 0) resolve();
      });
      for (const place of places)
        void admin.spublish(`{${prefix}:${place}}:to:${node}`, `posted\n0\nbench-${place}`);
    });
  }
}

function openAdmin(urls: string | readonly string[]): Redis | Cluster {
  if (typeof urls === 'string') return new Redis(urls);
  return new Cluster(urls.map((url) => url));
}

async function removeKeys(server: Redis, prefix: string): Promise<void> {
  const keys = await server.keys(`{${prefix}:*`);
  await Promise.all(keys.map((key) => server.unlink(key)));
}

/** The words of the bench do not reach the listener. */
function hearingBench(
  store: RedisStore,
  listening: Map<number, (text: string) => void>,
): RedisStore {
  const listen = store.listen.bind(store);
  const close = store.close.bind(store);
  let present = 0;
  store.close = () => {
    listening.delete(present);
    return close();
  };
  store.listen = (node, listener) => {
    listening.delete(present);
    present = node;
    listening.set(node, () => undefined);
    return listen(node, {
      connected: () => listener.connected(),
      disconnected: (error) => listener.disconnected(error),
      heard: (message) => {
        const isOfBench = message.type === 'posted' && message.from === 0;
        if (isOfBench && message.text.startsWith('bench-')) listening.get(node)?.(message.text);
        else listener.heard(message);
      },
    });
  };
  return store;
}
