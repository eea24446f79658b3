import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

/** What a Redis says of itself, as far as it is measured. Times in microseconds. */
export interface Meter {
  readonly processorUsec: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly memory: number;
}

/** A `redis-server` of its own on a free port of 127.0.0.1 that keeps nothing on disk. */
export class RedisServer {
  readonly #child: ChildProcess;
  readonly #client: Redis;
  readonly url: string;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `redis://127.0.0.1:${port}`;
    this.#client = new Redis(this.url);
    // It is asked again until it listens.
    this.#client.on('error', () => {});
  }

  /** @throws Error where there is no `redis-server`, and how to get it */
  static async start(): Promise<RedisServer> {
    const port = await freePort();
    const flags = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const child = spawn('redis-server', flags, { stdio: 'ignore' });
    const [error] = (await Promise.race([once(child, 'error'), once(child, 'spawn')])) as [
      Error | undefined,
    ];
    if (error !== undefined)
      throw new Error('Expected redis-server to be installed: apt-get install redis-server.', {
        cause: error,
      });
    const server = new RedisServer(child, port);
    await server.#client.ping();
    return server;
  }

  async read(): Promise<Meter> {
    const info = await this.#client.info('everything');
    const field = (pattern: RegExp): number => Number(pattern.exec(info)?.[1] ?? 0);
    return {
      processorUsec: 1e6 * (field(/used_cpu_user:([\d.]+)/) + field(/used_cpu_sys:([\d.]+)/)),
      bytesIn: field(/total_net_input_bytes:(\d+)/),
      bytesOut: field(/total_net_output_bytes:(\d+)/),
      memory: field(/used_memory:(\d+)/),
    };
  }

  /** What it did meanwhile, without what reading it takes. */
  async during(act: () => Promise<unknown>): Promise<Meter> {
    const first = await this.read();
    const before = await this.read();
    await act();
    return minus(minus(await this.read(), before), minus(before, first));
  }

  async stop(): Promise<void> {
    this.#client.disconnect();
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}

function minus(after: Meter, before: Meter): Meter {
  const names = Object.keys(after) as (keyof Meter)[];
  return Object.fromEntries(
    names.map((name) => [name, after[name] - before[name]]),
  ) as unknown as Meter;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
