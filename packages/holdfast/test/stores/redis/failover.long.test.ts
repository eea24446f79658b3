import { describe, expect, it, onTestFinished } from 'vitest';
import { connectRedis, type RedisStore, StoreError } from 'holdfast/redis';
import { startCluster } from '../../real-redis/redis-cluster.ts';
import { eventually } from '../../real-redis/eventually.ts';
import { startSentinels } from '../../real-redis/redis-sentinels.ts';
import { actorOf, admission, Ear, publication } from './acts.ts';

const actor = actorOf(1);

function connect(urls: string | readonly string[]): { store: RedisStore; ear: Ear } {
  const store = connectRedis({ urls });
  onTestFinished(() => store.close());
  return { store, ear: new Ear() };
}

/** Admits and publishes to so many users, over all partitions; fails as a store fails. */
async function serve(store: RedisStore, first: number, users = 200): Promise<void> {
  await Promise.all(
    Array.from({ length: users }, async (_, place) => {
      const user = `user-${first + place}`;
      await store.admit(admission(actor, user, first + place));
      await store.append(publication(actor, user, '{}'));
    }),
  );
}

/** Serves until it works; every failure on the way is a StoreError. */
async function servesAgain(store: RedisStore, first: number): Promise<void> {
  let next = first;
  await eventually('serves again', async () => {
    next += 1_000;
    try {
      await serve(store, next);
      return true;
    } catch (error) {
      if (error instanceof StoreError) return false;
      throw error;
    }
  });
}

/** Every user that is served is heard of, through whichever connections. */
async function hearsAll(store: RedisStore, ear: Ear, first: number): Promise<void> {
  await eventually('is connected', async () => ear.news.at(-1) === 'connected');
  await serve(store, first);
  const heard = (): number =>
    new Set(
      ear.messages
        .filter((message) => message.type === 'appended')
        .map(({ user }) => Number(user.slice('user-'.length)))
        .filter((user) => user >= first && user < first + 200),
    ).size;
  await eventually('hears all', async () => heard() === 200);
  expect(heard()).toBe(200);
}

describe('a failover', () => {
  it('E4 of Sentinel: the new master is found, by acts and by messages', async () => {
    const sentinels = await startSentinels();
    onTestFinished(() => sentinels.close());
    const { store, ear } = connect(sentinels.url);
    await store.listen(1, ear);
    await hearsAll(store, ear, 1_000_000);
    await sentinels.first.kill();
    await servesAgain(store, 2_000_000);
    await hearsAll(store, ear, 3_000_000);
    expect(ear.news).toEqual(['connected', 'disconnected', 'connected']);
    expect(await sentinels.second.ask('ROLE')).toContain('master');
  });

  it('E4 of Sentinel that goes on while the old master lives: it is left at its first READONLY', async () => {
    const sentinels = await startSentinels();
    onTestFinished(() => sentinels.close());
    const { store, ear } = connect(sentinels.url);
    await store.listen(1, ear);
    const [host, port] = (
      await sentinels.askSentinel('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')
    ).split('\n');
    expect({ host, port }).toEqual({ host: '127.0.0.1', port: String(sentinels.first.port) });
    await sentinels.askSentinel('SENTINEL', 'FAILOVER', 'mymaster');
    await eventually('is demoted', async () =>
      (await sentinels.first.ask('ROLE')).startsWith('slave'),
    );
    await servesAgain(store, 2_000_000);
    await hearsAll(store, ear, 3_000_000);
  });

  it('of a Redis Cluster whose master is killed: its replica takes over', async () => {
    const cluster = await startCluster(1);
    onTestFinished(() => cluster.close());
    const { store, ear } = connect(cluster.urls);
    await store.listen(1, ear);
    await hearsAll(store, ear, 1_000_000);
    const [master] = await cluster.masters();
    await master?.kill();
    await servesAgain(store, 2_000_000);
    await hearsAll(store, ear, 9_000_000);
    expect(ear.news.slice(0, 2)).toEqual(['connected', 'disconnected']);
  });

  it('of a Redis Cluster by hand: nothing is lost for longer than a moment', async () => {
    const cluster = await startCluster(1);
    onTestFinished(() => cluster.close());
    const { store, ear } = connect(cluster.urls);
    await store.listen(1, ear);
    const masters = await cluster.masters();
    const [replica] = cluster.servers.filter((server) => !masters.includes(server));
    await replica?.ask('CLUSTER', 'FAILOVER');
    await eventually(
      'takes over',
      async () => (await replica?.ask('ROLE'))?.startsWith('master') === true,
    );
    await servesAgain(store, 2_000_000);
    await hearsAll(store, ear, 9_000_000);
    expect(ear.news.at(-1)).toBe('connected');
  });
});

describe('slots of a Redis Cluster that move', () => {
  it('acts follow, and messages are subscribed where they are now', async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.close());
    const { store, ear } = connect(cluster.urls);
    await store.listen(1, ear);
    await hearsAll(store, ear, 1_000_000);
    await cluster.reshard(1_000);
    await servesAgain(store, 2_000_000);
    await hearsAll(store, ear, 9_000_000);
    expect(ear.news.at(-1)).toBe('connected');
  });
});
