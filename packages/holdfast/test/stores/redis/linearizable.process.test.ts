import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis, type RedisStore } from 'holdfast/redis';
import { FaultProxy, RedisServer, SeededRandom, SlotRecorder } from 'holdfast/testing';
import { SlotRush } from '../../testing/linearizability/slot-rush.ts';

let server: RedisServer;
let proxy: FaultProxy;
const direct: RedisStore[] = [];
const throughProxy: RedisStore[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  proxy = await FaultProxy.start({ targetPort: server.port });
  const proxied = `redis://127.0.0.1:${proxy.port}`;
  for (let node = 1; node <= 3; node += 1) {
    direct.push(connectRedis({ urls: server.url, timeoutMs: 10_000 }));
    throughProxy.push(connectRedis({ urls: proxied, prefix: 'proxied', timeoutMs: 10_000 }));
  }
});
afterAll(async () => {
  await Promise.all([...direct, ...throughProxy].map((store) => store.close()));
  await proxy.close();
  await server.close();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

describe('histories of three nodes on one Redis', () => {
  it('I1 I7 could have happened one act after the other', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = new SeededRandom(seed);
      const recorder = new SlotRecorder(`user-${seed}`);
      const rush = new SlotRush({ stores: direct, recorder, random });
      for (let round = 0; round < 12; round += 1)
        await Promise.all(Array.from({ length: 8 }, () => rush.act()));
      expect(recorder.history.filter(({ output }) => output !== null)).toHaveLength(96);
      expect(recorder.check(), `seed ${seed}`).toEqual({ outcome: 'linearizable' });
    }
  });

  it('I1 I7 E8 could have happened so, too, where connections are reset and answers are lost', async () => {
    let unknown = 0;
    for (let seed = 1; seed <= 12; seed += 1) {
      const random = new SeededRandom(seed);
      const recorder = new SlotRecorder(`user-${seed}`);
      const rush = new SlotRush({ stores: throughProxy, recorder, random });
      for (let round = 0; round < 12; round += 1) {
        const isCut = round % 5 === 2;
        const acts = Array.from({ length: 8 }, () => rush.act());
        if (isCut) proxy.reset();
        await Promise.all(acts);
        if (isCut) await pause(100);
      }
      unknown += recorder.history.filter(({ output }) => output === null).length;
      expect(recorder.check(), `seed ${seed}`).toEqual({ outcome: 'linearizable' });
    }
    expect(unknown).toBeGreaterThan(0);
  });
});
