import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually, RedisProcess, startRedis, synchronized } from './redis-process.ts';

/** A master, a replica, and three Sentinels that watch them. */
export interface RealSentinels {
  readonly first: RedisProcess;
  readonly second: RedisProcess;
  /** What one of the Sentinels answers. */
  askSentinel(...command: readonly string[]): Promise<string>;
  /** For `connectRedis`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Ready when every Sentinel knows the replica and the other two. */
export async function startSentinels(): Promise<RealSentinels> {
  const first = await startRedis();
  const second = await startRedis('--replicaof', '127.0.0.1', String(first.port));
  await synchronized(second);
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(first.port)));
  await Promise.all(
    sentinels.map((sentinel) =>
      eventually('the Sentinels know one another', async () => {
        const told = await sentinel.ask('SENTINEL', 'MASTER', 'mymaster');
        return /num-other-sentinels\n2/.test(told) && /num-slaves\n1/.test(told);
      }),
    ),
  );
  const [one] = sentinels as [RedisProcess];
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    first,
    second,
    url: `redis+sentinel://${hosts}/mymaster`,
    askSentinel: (...command) => one.ask(...command),
    close: async () => {
      await Promise.all([first, second, ...sentinels].map((server) => server.close()));
    },
  };
}

async function startSentinel(master: number): Promise<RedisProcess> {
  const sentinel = await RedisProcess.onFreePort('redis-sentinel');
  const file = path.join(sentinel.folder, 'sentinel.conf');
  const lines = [
    `port ${sentinel.port}`,
    'bind 127.0.0.1',
    `dir ${sentinel.folder}`,
    `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
    'sentinel down-after-milliseconds mymaster 1000',
    'sentinel failover-timeout mymaster 5000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  await sentinel.start(file);
  return sentinel;
}
