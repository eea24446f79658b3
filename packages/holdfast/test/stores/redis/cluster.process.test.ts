import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeContract } from 'holdfast/testing';
import { type RealCluster, startCluster } from '../../real-redis/redis-cluster.ts';
import { openRedisBench } from './redis-bench.ts';

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.close());

/** The long tier runs all of them. */
const sample = storeContract.filter(({ waits }, place) => waits === 'nothing' && place % 12 === 0);

describe('the store in a Redis Cluster of three masters keeps the contract', () => {
  it.concurrent.each(sample)('$name', async ({ run }) => {
    await expect(run(async () => openRedisBench(cluster.urls))).resolves.toBeUndefined();
  });
});
