import { Redis } from 'ioredis';
import { connectRedis, type RedisStore } from 'holdfast/redis';
import { answerParent } from '../processes/answer.ts';
import { percentile } from '../statistics.ts';
import type { RedisDuties, RedisRound } from './duties.ts';

const concurrency = 50;

/** The processor time of the thread that runs commands, microseconds. */
async function coreUsOf(admin: Redis): Promise<number> {
  const info = await admin.info('cpu');
  const part = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  const seconds = part('used_cpu_user_main_thread') + part('used_cpu_sys_main_thread');
  return seconds * 1_000_000;
}

async function p50Of(times: number, act: (place: number) => Promise<unknown>): Promise<number> {
  const each = new Float64Array(times);
  for (let place = 0; place < times; place += 1) {
    const began = performance.now();
    await act(place);
    each[place] = performance.now() - began;
  }
  return percentile(each, 0.5);
}

/** So many acts, fifty at a time. */
async function many(
  admin: Redis,
  acts: number,
  act: (place: number) => Promise<unknown>,
): Promise<{ readonly perSecond: number; readonly coreUs: number }> {
  const coreBefore = await coreUsOf(admin);
  const began = performance.now();
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < acts) {
      next += 1;
      await act(next);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, run));
  const tookS = (performance.now() - began) / 1_000;
  return { perSecond: acts / tookS, coreUs: ((await coreUsOf(admin)) - coreBefore) / acts };
}

/** Admits newcomers to users who have some sessions already, as most do: five to each user. */
async function admitting(store: RedisStore): Promise<(place: number) => Promise<unknown>> {
  const { generation, live } = await store.join({ name: 'bench', url: '', isDraining: false });
  const terms = { events: 16_384, bytes: 1_000_000, keepMs: 120_000 };
  let session = generation * 2 ** 25;
  return (place) => {
    session += 1;
    return store.admit({
      node: generation,
      live,
      broadcasts: 0,
      user: `${generation}-${Math.floor(place / 5)}`,
      session,
      device: null,
      ticket: null,
      limit: 5,
      taken: null,
      evictEveryMs: null,
      isWaiting: false,
      epoch: 'm3q9x0c1a2b3',
      terms,
    });
  };
}

const duties: RedisDuties = {
  async round(url, acts): Promise<RedisRound> {
    const store = connectRedis({ urls: url, timeoutMs: 10_000, leaseMs: 600_000 });
    const admin = new Redis(url);
    try {
      const first = await admitting(store);
      await many(admin, acts / 10, first);
      const pingP50Ms = await p50Of(acts / 20, () => admin.ping());
      const admitP50Ms = await p50Of(acts / 20, await admitting(store));
      const pings = await many(admin, acts, () => admin.ping());
      const admissions = await many(admin, acts, await admitting(store));
      return { pingP50Ms, admitP50Ms, ...admissions, pingCoreUs: pings.coreUs };
    } finally {
      await store.close();
      admin.disconnect();
    }
  },
};

answerParent(duties);
