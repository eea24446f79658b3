import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** How long a server may take to answer, milliseconds: the machine may be busy. */
const patienceMs = 20_000;

/** A port that nobody listened on a moment ago. Of a Redis Cluster, that 10,000 above it is taken, too. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 25_000);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  // Rejects when it cannot listen.
  const outcome = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  const wasFree = await outcome;
  if (wasFree) await new Promise((resolve) => void server.close(resolve));
  return wasFree;
}

/** Runs until it is done, or fails once the patience is over. */
export async function eventually<T>(what: string, attempt: () => Promise<T | false>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  let lastError: unknown;
  while (performance.now() < giveUpAt) {
    try {
      const answer = await attempt();
      if (answer !== false) return answer;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => void setTimeout(resolve, 25));
  }
  throw new Error(`${what}: not within ${patienceMs} ms`, { cause: lastError });
}

/** A `redis-server` or `redis-sentinel` of this test, on a port of its own. Dies with the process of the test. */
export class RedisProcess {
  readonly port: number;
  readonly #command: string;
  readonly #args: readonly string[];
  readonly folder: string;
  #child: ChildProcess | null = null;
  readonly #dieWithTest = (): void => void this.#child?.kill('SIGKILL');

  /** Not started yet. */
  static async onFreePort(
    command: 'redis-server' | 'redis-sentinel',
    args: readonly string[] = [],
  ): Promise<RedisProcess> {
    return new RedisProcess(await freePort(), command, args);
  }

  private constructor(port: number, command: string, args: readonly string[]) {
    this.port = port;
    this.folder = mkdtempSync(path.join(tmpdir(), 'holdfast-redis-'));
    this.#command = command;
    this.#args = args;
    process.on('exit', this.#dieWithTest);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, also again, and resolves when it answers. */
  async start(...more: readonly string[]): Promise<void> {
    this.launch(...more);
    await eventually(`${this.#command} on port ${this.port}`, async () =>
      this.ask('PING').then(
        () => true,
        // It wants a password, so it is there.
        (error: unknown) => String(error).includes('NOAUTH'),
      ),
    );
  }

  /** Starts it and does not wait. Unless the arguments say otherwise, it saves nothing. */
  launch(...more: readonly string[]): void {
    const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const forgetful = ['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0'];
    const isSentinel = this.#command === 'redis-sentinel';
    const args = isSentinel ? more : [...fixed, ...forgetful, ...this.#args, ...more];
    this.#child = spawn(this.#command, args, { stdio: 'ignore' });
  }

  /** What redis-cli prints for this command; rejects where the answer is an error. */
  async ask(...command: readonly string[]): Promise<string> {
    const { stdout } = await run('redis-cli', ['-e', '-p', String(this.port), ...command]);
    return stdout.trim();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it as a power cut would. It can be started again. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async close(): Promise<void> {
    await this.kill();
    process.off('exit', this.#dieWithTest);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Resolves when a replica has what its master has: before that, it cannot take its place. */
export async function synchronized(server: RedisProcess): Promise<void> {
  await eventually('a replica is up to date', async () =>
    /role:master|master_link_status:up/.test(await server.ask('INFO', 'replication')),
  );
}

/** A single server that answers. */
export async function startRedis(...args: readonly string[]): Promise<RedisProcess> {
  const server = await RedisProcess.onFreePort('redis-server', args);
  await server.start();
  return server;
}
