import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { demandExactRound } from '../../src/proof/scenarios/cluster-limit.ts';
import { demandRecovery, leaseMs } from '../../src/proof/scenarios/cluster-stage.ts';
import { demandNumbers, publishNumbers } from '../../src/proof/scenarios/streams.ts';
import type { Surroundings } from '../../src/proof/processes/surroundings.ts';
import { ClusterGround } from './cluster-ground.ts';

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

const ground = new ClusterGround();
afterEach(() => ground.clear());

/** A token of the future is good nowhere: those of this test were issued before any of the clocks. */
beforeEach(() => {
  const now = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => now() - 15 * 60_000);
});

/** A wall clock that is off by as much; what runs evenly is left alone. */
function clockOff(by: string): Surroundings {
  if (!existsSync(library)) throw new Error(`Missing ${library}: apt-get install libfaketime`);
  return { variables: { LD_PRELOAD: library, FAKETIME: by, DONT_FAKE_MONOTONIC: '1' } };
}

it('E7 wall clocks ten minutes ahead and ten minutes behind have no effect: the limit is exact, nobody loses a lease, clients resume, and nothing drifts', async () => {
  const redis = await ground.startRedis();
  const redisUrl = redis.url;
  const flags = ['--on-store-failure', 'refuse'];
  const right = await ground.startNode({ redisUrl, flags });
  const ahead = await ground.startNode({ redisUrl, flags, surroundings: clockOff('+10m') });
  const behind = await ground.startNode({ redisUrl, flags, surroundings: clockOff('-10m') });
  const nodes = [right, ahead, behind] as const;
  const stage = ground.stage(right);
  const cluster = { nodes, store: redis, startNode: () => ground.startNode({ redisUrl }) };
  for (let round = 0; round < 3; round += 1)
    await demandExactRound(stage, cluster, stage.user('crowd'));

  const user = stage.user('traveller');
  let client = await stage.at(behind).mustConnect({ user });
  for (const [at, node] of [ahead, right, behind].entries()) {
    await publishNumbers(stage.at(node), user, { first: at, count: 1 });
    await demandNumbers(stage, client, { numbers: [at], after: 'connecting' });
    const next = await stage.at(node).mustConnect({ user, resume: client.position });
    expect(next.gaps).toEqual([]);
    expect(await client.until(() => client.end !== null, 5_000)).toBe(true);
    expect(client.end?.code).toBe(4409);
    client = next;
  }
  await stage.pause(2 * leaseMs);
  await demandRecovery(stage, nodes, 1_000);
  for (const { desk } of nodes)
    expect(await desk.metrics()).toContain('holdfast_lease_lost_total 0');
  expect(client.end).toBeNull();
});
