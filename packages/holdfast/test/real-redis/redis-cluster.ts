import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findFreePort, RedisServer } from 'holdfast/testing';
import { eventually } from './eventually.ts';
import { synchronized } from './synchronized.ts';

const run = promisify(execFile);

/** A Redis Cluster of this test. */
export interface RealCluster {
  readonly servers: readonly RedisServer[];
  readonly urls: readonly string[];
  /** Whoever is a master now, in the order of its first slot. */
  masters(): Promise<readonly RedisServer[]>;
  /** Moves so many slots from the first master to the second. */
  reshard(slots: number): Promise<void>;
  close(): Promise<void>;
}

/** Three masters, and so many replicas of each; ready when every server says so. */
export async function startCluster(replicas = 0): Promise<RealCluster> {
  const servers: RedisServer[] = [];
  // One by one, so that none is given a port that another one is about to take.
  while (servers.length < 3 * (1 + replicas)) servers.push(await startServer());
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', [
    ...['--cluster', 'create', ...addresses],
    ...['--cluster-replicas', String(replicas), '--cluster-yes'],
  ]);
  await Promise.all(servers.map(agreed));
  await Promise.all(servers.map(synchronized));
  return {
    servers,
    urls: servers.map(({ url }) => url),
    masters: () => mastersOf(servers),
    reshard: (slots) => reshard(servers, slots),
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

async function startServer(): Promise<RedisServer> {
  const enabled = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
  // By default 10,000 above its other one, which need be neither free nor a port.
  const bus = ['--cluster-port', String(await findFreePort())];
  return RedisServer.start({ args: [...enabled, ...bus] });
}

function agreed(server: RedisServer): Promise<boolean> {
  return eventually('the Redis Cluster', async () =>
    (await server.ask('CLUSTER', 'INFO')).includes('cluster_state:ok'),
  );
}

async function reshard(servers: readonly RedisServer[], slots: number): Promise<void> {
  const [from, to] = await mastersOf(servers);
  if (from === undefined || to === undefined) throw new Error('The Redis Cluster has no masters.');
  const [fromId, toId] = await Promise.all([
    from.ask('CLUSTER', 'MYID'),
    to.ask('CLUSTER', 'MYID'),
  ]);
  await run('redis-cli', [
    ...['--cluster', 'reshard', `127.0.0.1:${from.port}`, '--cluster-from', fromId],
    ...['--cluster-to', toId, '--cluster-slots', String(slots), '--cluster-yes'],
  ]);
}

async function mastersOf(servers: readonly RedisServer[]): Promise<readonly RedisServer[]> {
  const told = await Promise.all(
    servers.map(async (server) =>
      server.ask('CLUSTER', 'NODES').then(
        (nodes) => nodes.split('\n').find((line) => line.includes('myself,master')),
        () => undefined,
      ),
    ),
  );
  return servers
    .map((server, place) => ({ server, line: told[place] }))
    .filter((one): one is { server: RedisServer; line: string } => one.line !== undefined)
    .toSorted((one, other) => firstSlot(one.line) - firstSlot(other.line))
    .map(({ server }) => server);
}

/** Of a line of CLUSTER NODES. */
function firstSlot(line: string): number {
  return Number(/ (\d+)-/.exec(line)?.[1] ?? Infinity);
}
