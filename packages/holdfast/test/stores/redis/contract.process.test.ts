import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeContract } from 'holdfast/testing';
import { type RedisProcess, startRedis } from '../../real-redis/redis-process.ts';
import { openRedisBench } from './redis-bench.ts';

let server: RedisProcess;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

describe('the store in Redis keeps the contract', () => {
  const quick = storeContract.filter(({ waits }) => waits !== 'minute');
  it.concurrent.each(quick)('$name', async ({ run }) => {
    await expect(run(async () => openRedisBench(server.url))).resolves.toBeUndefined();
  });
});
