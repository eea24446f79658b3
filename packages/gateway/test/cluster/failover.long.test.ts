import { afterEach, expect, it } from 'vitest';
import { startCluster } from '../../../holdfast/test/real-redis/redis-cluster.ts';
import { startSentinels } from '../../../holdfast/test/real-redis/redis-sentinels.ts';
import type { ProofClient } from '../../src/proof/dialer.ts';
import {
  demandRecovery,
  heartbeatMs,
  hostOf,
  publishSurely,
  slackMs,
} from '../../src/proof/scenarios/cluster-stage.ts';
import { demandCount } from '../../src/proof/scenarios/counts.ts';
import { demandNumbers, hasNumber } from '../../src/proof/scenarios/streams.ts';
import { ClusterGround, limit } from './cluster-ground.ts';
import { faultsOf } from './event-ledger.ts';

const ground = new ClusterGround();
afterEach(() => ground.clear());

/** Sentinels and masters of a Redis Cluster find out within a second, and take a few for the rest. */
const failoverMs = 20_000;

it('E4 I4 I7 a failover of Sentinel that loses what the old master had acknowledged: sessions are put back, nobody has two owners for longer than a heartbeat, and whoever had what is lost is told a gap', async () => {
  const sentinels = await startSentinels();
  ground.keep(() => sentinels.close());
  const [here, there] = await ground.startNodes(2, { redisUrl: sentinels.url });
  const nodes = [here, there];
  const stage = ground.stage(here);
  const user = stage.user('reader');
  const readers = [await stage.mustConnect({ user }), await stage.at(there).mustConnect({ user })];
  const leaver = await stage.at(there).mustConnect({ user: stage.user('leaver') });
  const resumed = await stage.at(there).mustConnect({ user: stage.user('resumed') });
  await publishSurely(stage, nodes, { user, number: 0 });
  for (const reader of readers)
    await demandNumbers(stage, reader, { numbers: [0], after: 'connecting' });
  const away = await stage.mustConnect({ user });

  // From here on the replica gets nothing, and what is acknowledged is lost with the master.
  expect(await sentinels.first.ask('ACL', 'SETUSER', 'default', '-psync', '-sync')).toBe('OK');
  await sentinels.first.ask('CLIENT', 'KILL', 'TYPE', 'replica');
  for (const number of [1, 2, 3]) await publishSurely(stage, nodes, { user, number });
  for (const reader of readers)
    await demandNumbers(stage, reader, { numbers: [0, 1, 2, 3], after: 'the replica was cut off' });
  await away.until(() => hasNumber(away, 3), 5_000);
  away.drop();
  const successor = await stage.mustConnect({ user: resumed.user, resume: resumed.position });
  await leaver.close();
  const crowd: ProofClient[] = [];
  for (let at = 0; at < limit; at += 1)
    crowd.push(await stage.at(nodes[at % 2] ?? here).mustConnect({ user: stage.user('crowd') }));

  await sentinels.first.kill();
  const killedAt = performance.now();
  // Sentinel cuts the connections of a server that becomes the master, that of who asks among them.
  const isMaster = (): Promise<boolean> =>
    sentinels.second.ask('INFO', 'replication').then(
      (told) => told.includes('role:master'),
      () => false,
    );
  expect(await stage.eventually(isMaster, failoverMs)).toBe(true);
  await demandRecovery(stage, nodes, failoverMs);
  const recoveredMs = performance.now() - killedAt;
  for (const reader of readers) {
    expect(await reader.until(() => reader.gaps.length > 0, 5_000)).toBe(true);
    expect(reader.gaps.map(({ reason }) => reason)).toEqual(['epoch']);
    expect(reader.end).toBeNull();
  }
  const cause = 'Slots are miscounted after a failover.';
  const withinMs = 2 * heartbeatMs + slackMs;
  for (const node of nodes) {
    const counts = [
      [stage.user('crowd'), limit],
      [stage.user('resumed'), 1],
      [stage.user('leaver'), 0],
    ] as const;
    for (const [name, count] of counts)
      await demandCount(stage.at(node), name, { count, withinMs, cause });
  }
  const refused = await stage.connect({ user: stage.user('crowd') });
  expect(refused.isOpen ? null : refused.end.code).toBe(4429);
  expect([...crowd, successor].map(({ end }) => end)).toEqual(
    crowd.concat(successor).map(() => null),
  );
  expect(resumed.end?.code).toBe(4409);

  const back = await stage.mustConnect({ user, resume: away.position });
  expect(back.resumed).toBe('gap');
  expect(back.gaps.map(({ reason }) => reason)).toEqual(['epoch']);
  await publishSurely(stage, nodes, { user, number: 4 });
  for (const client of [...readers, back])
    expect(await client.until(() => hasNumber(client, 4), 5_000)).toBe(true);
  ground.tell(`failover of Sentinel: ${Math.round(recoveredMs)} ms until everything agreed`);
});

const users = 24;

it('I4 a master of a Redis Cluster is killed under 24 users on two nodes: nobody is ended, every event comes once and in order or a gap is told, and the limit holds on all shards', async () => {
  const cluster = await startCluster(1);
  ground.keep(() => cluster.close());
  const nodes = await ground.startNodes(2, { redisUrl: cluster.urls.join(',') });
  const stage = ground.stage(nodes[0]);
  const names = Array.from({ length: users }, (_, at) => stage.user(`reader-${at}`));
  const clients: ProofClient[] = [];
  for (const user of names)
    for (const node of nodes) clients.push(await stage.at(node).mustConnect({ user }));
  let published = 0;
  const over = new AbortController();
  const publishing = (async () => {
    for (; !over.signal.aborted; published += 1)
      await Promise.all(
        names.map((user) => publishSurely(stage, nodes, { user, number: published })),
      );
  })();
  await stage.eventually(() => Promise.resolve(published > 3), 20_000);
  const [master] = await cluster.masters();
  await master?.kill();
  const killedAt = performance.now();
  const before = published;
  // A round that began after the kill is published for every user.
  const isPublished = (): Promise<boolean> => Promise.resolve(published > before + 1);
  expect(await stage.eventually(isPublished, failoverMs)).toBe(true);
  await demandRecovery(stage, nodes, failoverMs);
  const recoveredMs = performance.now() - killedAt;
  over.abort();
  await publishing;

  const numbers = Array.from({ length: published }, (_, at) => at);
  const faults: string[] = [];
  for (const client of clients) {
    await client.until(() => hasNumber(client, published - 1), 10_000);
    const account = { received: client.received, gaps: client.gaps.map(({ reason }) => reason) };
    faults.push(...faultsOf(account, numbers).map((fault) => `${client.user}: ${fault}`));
  }
  expect(faults).toEqual([]);
  expect(clients.flatMap(({ end }) => (end === null ? [] : [end]))).toEqual([]);
  for (const user of names) {
    const cause = 'Slots are miscounted after a failover.';
    await demandCount(stage.at(nodes[1]), user, { count: 2, withinMs: 5_000, cause });
    for (let at = 2; at < limit; at += 1)
      await stage.at(nodes[at % 2] ?? nodes[0]).mustConnect({ user });
    const over = await stage.connect({ user });
    expect(over.isOpen ? 'a session' : over.end.code).toBe(4429);
  }
  for (const node of nodes) expect(hostOf(node).isAlive).toBe(true);
  ground.tell(
    `Redis Cluster, a master killed: ${Math.round(recoveredMs)} ms until everything agreed; ${published} rounds published meanwhile`,
  );
});
