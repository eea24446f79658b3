import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisProcess, startRedis } from '../../real-redis/redis-process.ts';
import { checkStreams } from '../check-streams.ts';
import { openMemoryBench } from '../memory/memory-bench.ts';
import { openRedisBench } from './redis-bench.ts';

let server: RedisProcess;
beforeAll(async () => {
  server = await startRedis();
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
