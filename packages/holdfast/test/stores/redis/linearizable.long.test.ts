import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRedis, type RedisStore } from 'holdfast/redis';
import { RedisServer, SeededRandom, SlotRecorder } from 'holdfast/testing';
import { SlotRush } from '../../testing/linearizability/slot-rush.ts';

const histories = 1_000;
const besides = 4;
const rounds = 15;

let server: RedisServer;
let stores: readonly RedisStore[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  stores = [1, 2, 3].map(() => connectRedis({ urls: server.url, timeoutMs: 10_000 }));
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await server.close();
});

/** One history of 150 acts, ten at a time. */
async function record(seed: number): Promise<SlotRecorder> {
  const recorder = new SlotRecorder(`user-${seed}`);
  const rush = new SlotRush({ stores, recorder, random: new SeededRandom(seed) });
  for (let round = 0; round < rounds; round += 1)
    await Promise.all(Array.from({ length: 10 }, () => rush.act()));
  return recorder;
}

it('I1 I7 a thousand histories of admit, release and supersede over three connections to one Redis, several at the same time, could each have happened one act after the other', async () => {
  let overlapping = 0;
  for (let seed = 0; seed < histories; seed += besides) {
    const together = Array.from({ length: besides }, (_, at) => record(seed + at));
    for (const [at, recorder] of (await Promise.all(together)).entries()) {
      const { history } = recorder;
      expect(history).toHaveLength(10 * rounds);
      overlapping += history.filter(
        ({ calledAt }, place) => place > 0 && calledAt < (history[place - 1]?.returnedAt ?? 0),
      ).length;
      expect({ seed: seed + at, verdict: recorder.check() }).toEqual({
        seed: seed + at,
        verdict: { outcome: 'linearizable' },
      });
    }
  }
  expect(overlapping).toBeGreaterThan(histories * rounds);
});
