import { afterEach, expect, it } from 'vitest';
import type { RedisServer } from 'holdfast/testing';
import { demandCount } from '../../src/proof/scenarios/counts.ts';
import { demandNumbers, publishNumbers } from '../../src/proof/scenarios/streams.ts';
import { ClusterGround, limit } from './cluster-ground.ts';

const ground = new ClusterGround();
afterEach(() => ground.clear());

const leases = '{holdfast:nodes}:leases';
const longMs = 60_000;

async function find(redis: RedisServer, pattern: string): Promise<string> {
  const [key] = (await redis.ask('KEYS', pattern)).split('\n');
  if (key === undefined || key === '') throw new Error(`Expected a key like ${pattern}.`);
  return key;
}

/** What a node of a later version does to the store: all it writes has more at its end, and some is of kinds nobody here knows. */
async function actAsLaterVersion(redis: RedisServer, user: string): Promise<void> {
  const own = await redis.ask('HKEYS', leases);
  const other = Number(await redis.ask('INCR', '{holdfast:nodes}:generation'));
  const until = Date.now() + longMs;
  await redis.ask('HSET', leases, String(other), `${until}|later|http://later:1||zone-b|9`);
  const record = await find(redis, `*:u:${user}`);
  const tag = record.slice(0, record.indexOf('}') + 1);
  const session = String(other * 2 ** 20 + 1);
  await redis.ask('HSET', record, `s${session}`, `${other}|0||0|${Date.now()}||more|9`);
  await redis.ask('HSET', record, 'zone', 'b');
  const messages = [
    'moved\nada\n1',
    `freed\n${user}\nmore`,
    `posted\n${other}\n{"ask":"weigh","id":1,"data":{}}`,
    `posted\n${other}\nno words`,
  ];
  for (const message of messages)
    for (const channel of [`${tag}:to:${own}`, `{holdfast:to:${own}}`])
      await redis.ask('SPUBLISH', channel, message);
}

it('E11 a node of a later version is on the same store: what it adds to cards, rows, records and messages is passed over, and its sessions count', async () => {
  const redis = await ground.startRedis();
  const here = await ground.startNode({ redisUrl: redis.url });
  const stage = ground.stage(here);
  const user = stage.user('ann');
  const client = await stage.mustConnect({ user });
  await publishNumbers(stage, user, { count: 1 });
  await actAsLaterVersion(redis, user);
  const others = await stage.mustFill(user, limit - 2);
  const over = await stage.connect({ user });
  expect(over.isOpen ? 'a session' : over.end.code).toBe(4429);
  await publishNumbers(stage, user, { first: 1, count: 2 });
  await demandNumbers(stage, client, { numbers: [0, 1, 2], after: 'a later version joined' });
  const cause = 'What a later version writes is not understood.';
  await demandCount(stage, user, { count: limit - 1, withinMs: 5_000, cause });
  const resumed = await stage.mustConnect({ user, resume: client.position });
  expect(resumed.gaps).toEqual([]);
  expect(others.map(({ end }) => end)).toEqual(others.map(() => null));
  expect(await here.desk.metrics()).toContain('holdfast_cluster_nodes 2');
  expect((await here.desk.health()).faults).toEqual([]);
});
