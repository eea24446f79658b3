import { RedisServer } from 'holdfast/testing';
import { eventually } from './eventually.ts';
import { synchronized } from './synchronized.ts';

/** A master, a replica, and three Sentinels that watch them. */
export interface RealSentinels {
  readonly first: RedisServer;
  readonly second: RedisServer;
  /** What one of the Sentinels answers. */
  askSentinel(...command: readonly string[]): Promise<string>;
  /** For `connectRedis`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Ready when every Sentinel knows the replica and the other two. */
export async function startSentinels(): Promise<RealSentinels> {
  const first = await RedisServer.start();
  const second = await RedisServer.start({
    args: ['--replicaof', '127.0.0.1', String(first.port)],
  });
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
  const [one] = sentinels as [RedisServer];
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

function startSentinel(master: number): Promise<RedisServer> {
  return RedisServer.start({
    args: ['--sentinel'],
    config: [
      `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
      'sentinel down-after-milliseconds mymaster 1000',
      'sentinel failover-timeout mymaster 5000',
    ],
  });
}
