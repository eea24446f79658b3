import { afterEach, expect, it } from 'vitest';
import { demandExactRound } from '../../src/proof/scenarios/cluster-limit.ts';
import {
  hostOf,
  leaseMs,
  publishSurely,
  slackMs,
} from '../../src/proof/scenarios/cluster-stage.ts';
import { demandCount } from '../../src/proof/scenarios/counts.ts';
import { RoamingClient } from '../../src/proof/scenarios/roaming-client.ts';
import { ClusterGround } from './cluster-ground.ts';
import { faultsOf } from './event-ledger.ts';

const ground = new ClusterGround();
afterEach(() => ground.clear());

const clients = 4;

it('D8 I4 a node is killed in the middle of a stream: its clients go on at another one within the lease and a second, and the stream has no hole', async () => {
  const redis = await ground.startRedis();
  const [here, there] = await ground.startNodes(2, { redisUrl: redis.url });
  const stage = ground.stage(here);
  const user = stage.user('reader');
  let where = there;
  const roamers = Array.from(
    { length: clients },
    () => new RoamingClient(stage, { user, where: () => where }),
  );
  for (const one of roamers) await one.start();
  const acknowledged: number[] = [];
  const over = new AbortController();
  const publishing = (async () => {
    for (let number = 0; !over.signal.aborted; number += 1) {
      await publishSurely(stage, [here], { user, number });
      acknowledged.push(number);
    }
  })();
  await stage.eventually(() => Promise.resolve(acknowledged.length > 50), 20_000);
  where = here;
  await hostOf(there).kill();
  const killedAt = performance.now();
  const isBack = (): Promise<boolean> =>
    Promise.resolve(roamers.every(({ node, session }) => node === here && session !== null));
  expect(await stage.eventually(isBack, 30_000)).toBe(true);
  const tookMs = performance.now() - killedAt;
  await stage.pause(1_000);
  over.abort();
  await publishing;
  for (const one of roamers) {
    await one.gets(acknowledged.at(-1) ?? -1, 10_000);
    expect(faultsOf(one, acknowledged)).toEqual([]);
    expect(one.refusals).toEqual([]);
  }
  expect(tookMs).toBeLessThan(leaseMs + 1_000 + slackMs);
  const cause = 'A killed node leaves ghosts.';
  await demandCount(stage, user, { count: clients, withinMs: leaseMs + slackMs, cause });
  ground.tell(
    `a killed node: ${Math.round(tookMs)} ms until all its clients had gone on elsewhere`,
  );
  await Promise.all(roamers.map((one) => one.stop()));
});

const rounds = 100;

it('I1 FM-20 fifty come at once to three nodes, a hundred times: exactly five get in each time', async () => {
  const redis = await ground.startRedis();
  const about = { redisUrl: redis.url, flags: ['--on-store-failure', 'refuse'] };
  const nodes = await ground.startNodes(3, about);
  const stage = ground.stage(nodes[0]);
  const cluster = { nodes, store: redis, startNode: () => ground.startNode(about) };
  let played = 0;
  for (; played < rounds; played += 1)
    await demandExactRound(stage, cluster, stage.user(`crowd-${played}`));
  expect(played).toBe(rounds);
});
