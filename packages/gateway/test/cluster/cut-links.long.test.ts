import { afterEach, expect, it } from 'vitest';
import {
  demandRecovery,
  heartbeatMs,
  leaseMs,
  publishSurely,
  slackMs,
} from '../../src/proof/scenarios/cluster-stage.ts';
import { demandCount } from '../../src/proof/scenarios/counts.ts';
import { demandNumbers, publishNumbers } from '../../src/proof/scenarios/streams.ts';
import { ClusterGround, limit } from './cluster-ground.ts';
import { CutNetwork } from './cut-network.ts';

const ground = new ClusterGround();
afterEach(() => ground.clear());

const cutMs = 30_000;
/** A lease is renewed a heartbeat before the cut at the earliest; a busy machine may be a little late with that. */
const soonestMs = leaseMs - heartbeatMs - 500;

it('E5 I7 a node cut off from Redis for 30 s: nobody takes its places before its lease is over, its clients stay, and afterwards each session has one owner', async () => {
  const network = new CutNetwork(1);
  ground.keep(() => network.close());
  network.open();
  const redis = await ground.startRedis({ host: network.outside });
  const about = { redisUrl: redis.url };
  const refuse = ['--on-store-failure', 'refuse'];
  const here = await ground.startNode({ ...about, flags: refuse });
  const flags = [...refuse, '--host', network.inside];
  const there = await ground.startNode({
    ...about,
    flags,
    surroundings: { within: network.within },
  });
  const stage = ground.stage(here);
  const cutOff = stage.at(there);
  const crowded = await cutOff.mustFill(stage.user('crowded'), limit);
  const resumed = await cutOff.mustConnect({ user: stage.user('resumed') });
  const spared = await cutOff.mustConnect({ user: stage.user('spared') });
  await publishNumbers(stage, spared.user, { count: 1 });
  await demandNumbers(stage, spared, { numbers: [0], after: 'connecting' });

  network.cut(redis.port);
  const cutAt = performance.now();
  const successor = await stage.mustConnect({ user: resumed.user, resume: resumed.position });
  const newcomer = { user: stage.user('crowded') };
  let refusals = 0;
  let arrival = await stage.connect(newcomer);
  for (; !arrival.isOpen; arrival = await stage.connect(newcomer)) {
    expect(arrival.end).toMatchObject({ code: 4429, reason: 'user-limit' });
    expect(arrival.end.retryMs).toBeGreaterThan(0);
    refusals += 1;
    await stage.pause(100);
  }
  const takenMs = performance.now() - cutAt;
  stage.sample('places of a node that is cut off', takenMs);
  expect(refusals).toBeGreaterThan(0);
  expect(takenMs).toBeGreaterThanOrEqual(soonestMs);
  expect(takenMs).toBeLessThan(leaseMs + 1_000 + slackMs);
  await publishNumbers(stage, spared.user, { first: 1, count: 2 });
  const sentAway = await cutOff.connect({ user: stage.user('late') });
  expect(sentAway.isOpen ? null : sentAway.end.retryMs).toBeGreaterThan(0);

  await stage.pause(Math.max(0, cutMs - (performance.now() - cutAt)));
  expect([...crowded, resumed, spared].map(({ end }) => end)).toEqual(
    Array.from({ length: limit + 2 }, () => null),
  );
  network.mend();
  expect(await resumed.until(() => resumed.end !== null, 10_000)).toBe(true);
  expect(resumed.end?.code).toBe(4409);
  await demandRecovery(stage, [here, there], 10_000);
  await demandNumbers(stage, spared, { numbers: [0, 1, 2], after: 'its node was cut off' });
  expect(spared.gaps).toEqual([]);
  const cause = 'Sessions have two owners, or none, after a node was cut off.';
  for (const node of [here, there])
    await demandCount(stage.at(node), stage.user('crowded'), {
      count: limit,
      withinMs: 5_000,
      cause,
    });
  const ended = crowded.flatMap(({ end }) => (end === null ? [] : [end.code]));
  expect(ended).toEqual([1013]);
  expect([successor.end, spared.end]).toEqual([null, null]);
});

it('E10 I7 the link for messages is lost for 10 s: whoever came back elsewhere meanwhile is closed, and every event arrives, from state', async () => {
  const redis = await ground.startRedis();
  const [here, there] = await ground.startNodes(2, { redisUrl: redis.url });
  const stage = ground.stage(here);
  const resumed = await stage.at(there).mustConnect({ user: stage.user('resumed') });
  const reader = await stage.at(there).mustConnect({ user: stage.user('reader') });
  expect(await redis.ask('ACL', 'SETUSER', 'default', '-ssubscribe', '-subscribe')).toBe('OK');
  expect(Number(await redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub'))).toBeGreaterThan(0);
  const blockedAt = performance.now();
  const successor = await stage.mustConnect({ user: resumed.user, resume: resumed.position });
  for (const number of [0, 1, 2]) await publishSurely(stage, [here], { user: reader.user, number });
  await stage.pause(10_000 - (performance.now() - blockedAt));
  expect(await redis.ask('ACL', 'SETUSER', 'default', '+@all')).toBe('OK');
  expect(await resumed.until(() => resumed.end !== null, 10_000)).toBe(true);
  expect(resumed.end?.code).toBe(4409);
  await demandNumbers(stage, reader, { numbers: [0, 1, 2], after: 'messages were lost' });
  await publishNumbers(stage, reader.user, { first: 3, count: 1 });
  await demandNumbers(stage, reader, { numbers: [0, 1, 2, 3], after: 'the link was back' });
  expect([successor.end, reader.end, ...reader.gaps]).toEqual([null, null]);
  await demandRecovery(stage, [here, there], 5_000);
});
