import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer, storeContract } from 'holdfast/testing';
import { openRedisBench } from './redis-bench.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.close());

describe('the store in Redis keeps the contract', () => {
  const quick = storeContract.filter(({ waits }) => waits !== 'minute');
  it.concurrent.each(quick)('$name', async ({ run }) => {
    await expect(run(async () => openRedisBench(server.url))).resolves.toBeUndefined();
  });
});
