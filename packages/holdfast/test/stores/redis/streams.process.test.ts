import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from 'holdfast/testing';
import { checkStreams } from '../check-streams.ts';
import { openMemoryBench } from '../memory/memory-bench.ts';
import { openRedisBench } from './redis-bench.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.close());

describe('random streams of acts', () => {
  it('I1 I8 the store in Redis and the memory store give the same answers and the same messages', async () => {
    const check = checkStreams({
      one: async () => openMemoryBench(),
      other: async () => openRedisBench(server.url, { leaseMs: 600_000 }),
      runs: 50,
      seed: 5,
    });
    await expect(check).resolves.toBeUndefined();
  });
});
