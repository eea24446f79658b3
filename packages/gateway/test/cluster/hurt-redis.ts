import type { RedisServer } from 'holdfast/testing';

/** One way in which a Redis hurts. */
export interface Hurt {
  readonly name: string;
  /** Arguments of `redis-server` it needs. */
  readonly args?: readonly string[];
  /** Nodes are to notice, and to say so in their health. */
  readonly isNoticed: boolean;
  /** Resolves with what ends it, once it hurts. */
  begin(redis: RedisServer): Promise<() => Promise<void>>;
}

/** Commands that begin and end it. */
function commands(
  begin: readonly (readonly string[])[],
  end: readonly (readonly string[])[],
): Hurt['begin'] {
  return async (redis) => {
    await askAll(redis, begin);
    return () => askAll(redis, end);
  };
}

async function askAll(redis: RedisServer, all: readonly (readonly string[])[]): Promise<void> {
  for (const command of all) await redis.ask(...command);
}

/** Begins a command that lasts; resolves once everybody else is answered so, with a wait for its end. */
async function lasting(
  redis: RedisServer,
  command: readonly string[],
  answer: RegExp,
): Promise<() => Promise<void>> {
  const over = redis.ask(...command).then(
    () => undefined,
    () => undefined,
  );
  const endsAt = performance.now() + 10_000;
  while (!answer.test(await redis.ask('GET', 'nothing').catch(String))) {
    if (performance.now() > endsAt) throw new Error(`Expected Redis to answer ${String(answer)}.`);
  }
  return () => over;
}

const endless = ['EVAL', 'while true do end', '0'];

/** All of them. */
export const hurts: readonly Hurt[] = [
  {
    name: 'OOM under noeviction',
    isNoticed: true,
    begin: commands(
      [
        ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
        ['CONFIG', 'SET', 'maxmemory', '1'],
      ],
      [['CONFIG', 'SET', 'maxmemory', '0']],
    ),
  },
  {
    name: 'READONLY, as a replica of a master that is gone',
    isNoticed: true,
    begin: commands([['REPLICAOF', '127.0.0.1', '1']], [['REPLICAOF', 'NO', 'ONE']]),
  },
  {
    name: 'LOADING for seconds',
    args: [
      ...['--enable-debug-command', 'yes', '--rdbcompression', 'no'],
      ...['--loading-process-events-interval-bytes', '1024'],
    ],
    isNoticed: true,
    begin: async (redis) => {
      await redis.ask('DEBUG', 'POPULATE', '400', 'filler', '2000');
      await redis.ask('CONFIG', 'SET', 'key-load-delay', '10000');
      return lasting(redis, ['DEBUG', 'RELOAD'], /LOADING/);
    },
  },
  {
    name: 'BUSY with a script that does not end',
    args: ['--busy-reply-threshold', '50'],
    isNoticed: true,
    begin: async (redis) => {
      const over = await lasting(redis, endless, /BUSY/);
      return async () => {
        await redis.ask('SCRIPT', 'KILL');
        await over();
      };
    },
  },
  { name: 'SCRIPT FLUSH', isNoticed: false, begin: commands([['SCRIPT', 'FLUSH']], []) },
  {
    name: 'CLIENT KILL of every connection',
    isNoticed: false,
    begin: commands(
      [
        ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
        ['CLIENT', 'KILL', 'TYPE', 'normal'],
      ],
      [],
    ),
  },
  {
    name: 'CLIENT PAUSE for 800 ms',
    isNoticed: false,
    begin: commands([['CLIENT', 'PAUSE', '800', 'ALL']], []),
  },
];
