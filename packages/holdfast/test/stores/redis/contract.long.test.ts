import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer, storeContract } from 'holdfast/testing';
import { type RealCluster, startCluster } from '../../real-redis/redis-cluster.ts';
import { openRedisBench } from './redis-bench.ts';

let server: RedisServer;
let cluster: RealCluster;
beforeAll(async () => {
  [server, cluster] = await Promise.all([RedisServer.start(), startCluster()]);
});
afterAll(async () => {
  await Promise.all([server.close(), cluster.close()]);
});

describe('what takes a minute of the store in Redis', () => {
  const slow = storeContract.filter(({ waits }) => waits === 'minute');
  it.concurrent.each(slow)('$name', async ({ run }) => {
    await expect(run(async () => openRedisBench(server.url))).resolves.toBeUndefined();
  });
});

describe('the store in a Redis Cluster of three masters keeps the whole contract', () => {
  it.concurrent.each(storeContract)('$name', async ({ run }) => {
    await expect(run(async () => openRedisBench(cluster.urls))).resolves.toBeUndefined();
  });
});
