import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findFreePort } from './free-port.ts';

const run = promisify(execFile);
const patienceMs = 20_000;
const lookEveryMs = 20;

/** How a server is started. */
export interface RedisStart {
  /** Default: a free one. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Arguments of `redis-server` beside those that let it be reached and keep it from writing anything. */
  readonly args?: readonly string[];
  /** A command that runs the one behind it, such as `ip netns exec NAME`. */
  readonly within?: readonly string[];
}

/** Whether this machine has `redis-server` and `redis-cli`. */
export function hasRedis(): boolean {
  return ['redis-server', 'redis-cli'].every(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}

/**
 * A `redis-server` in a process of its own. It keeps nothing beyond its end, unless `args` say so. It ends with the process
 * that started it.
 */
export class RedisServer {
  readonly host: string;
  readonly port: number;
  /** Where it may leave files; removed when it is closed. */
  readonly folder: string;
  readonly #start: RedisStart;
  #child: ChildProcess | null = null;
  readonly #endWithUs = (): void => void this.#child?.kill('SIGKILL');

  private constructor(start: RedisStart, port: number) {
    this.#start = start;
    this.host = start.host ?? '127.0.0.1';
    this.port = port;
    this.folder = mkdtempSync(path.join(tmpdir(), 'holdfast-redis-'));
    process.on('exit', this.#endWithUs);
  }

  /** Starts one and resolves once it answers, or says that it reads its data. */
  static async start(start: RedisStart = {}): Promise<RedisServer> {
    const server = new RedisServer(start, start.port ?? (await findFreePort()));
    try {
      await server.restart();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  /** Starts it again after {@link RedisServer.kill}, with what it has on disk. */
  async restart(): Promise<void> {
    const { args = [], within = [] } = this.#start;
    const where = ['--port', String(this.port), '--bind', this.host, '--dir', this.folder];
    const quiet = ['--save', '', '--appendonly', 'no', '--protected-mode', 'no'];
    const [program = '', ...rest] = [...within, 'redis-server', ...where, ...quiet, ...args];
    this.#child = spawn(program, rest, { stdio: 'ignore' });
    await this.answers();
  }

  /** Resolves once it answers anything. */
  async answers(): Promise<void> {
    const endsAt = performance.now() + patienceMs;
    while (!(await this.#isThere())) {
      if (performance.now() > endsAt)
        throw new Error(`Expected redis-server on ${this.host}:${this.port} to answer.`);
      await delay(lookEveryMs);
    }
  }

  /** What `redis-cli` prints for this command, without colours. @throws Error where it cannot be asked */
  async ask(...command: readonly string[]): Promise<string> {
    const { within = [] } = this.#start;
    const cli = [...within, 'redis-cli', '-h', this.host, '-p', String(this.port), ...command];
    const [program = '', ...rest] = cli;
    const { stdout } = await run(program, rest);
    return stdout.trim();
  }

  /** SIGSTOP: the kernel goes on accepting and acknowledging, nothing is answered. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** SIGCONT. */
  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** SIGKILL, as a power cut. */
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
    process.off('exit', this.#endWithUs);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #isThere(): Promise<boolean> {
    try {
      return /PONG|LOADING/.test(await this.ask('PING'));
    } catch {
      // Nobody listens yet, which is what is being waited for.
      return false;
    }
  }
}
