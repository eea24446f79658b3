import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from 'holdfast/testing';
import { connectRedis, type RedisStore } from 'holdfast/redis';
import { actorOf, admission } from './acts.ts';

let server: RedisServer;
const stores: RedisStore[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  for (let node = 1; node <= 3; node += 1)
    stores.push(connectRedis({ urls: server.url, timeoutMs: 10_000 }));
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await server.close();
});

describe('newcomers at three nodes at once', () => {
  it('I1 FM-20 of fifty of one user, exactly five get in, in each of a hundred rounds', async () => {
    for (let round = 0; round < 100; round += 1) {
      const user = `user-${round}`;
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, place) => {
          const actor = actorOf(1 + (place % 3), 1, 2, 3);
          return stores[place % 3]?.admit(admission(actor, user, 1_000 * round + place + 1));
        }),
      );
      const admitted = answers.filter((answer) => answer?.outcome === 'admitted');
      expect(admitted).toHaveLength(5);
      const { rows } = (await stores[0]?.stateOf(user, actorOf(1, 2, 3))) ?? { rows: [] };
      expect(rows).toHaveLength(5);
    }
  });
});
