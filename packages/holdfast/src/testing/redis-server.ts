import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Lines of a configuration file of its own, which a Sentinel must have and writes to; without them, there is none. */
  readonly config?: readonly string[];
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

  /** Starts it again after {@link RedisServer.kill}, with what it has on disk. @throws Error where it cannot, or ends at once */
  async restart(): Promise<void> {
    const { args = [], within = [] } = this.#start;
    const where = ['--port', String(this.port), '--bind', this.host, '--dir', this.folder];
    const quiet = ['--save', '', '--appendonly', 'no', '--protected-mode', 'no'];
    const prompt = ['--repl-diskless-sync-delay', '0'];
    const all = [...this.#writeConfig(), ...where, ...quiet, ...prompt, ...args];
    const [program = '', ...rest] = [...within, 'redis-server', ...all];
    const child = spawn(program, rest, { stdio: 'ignore' });
    this.#child = child;
    await once(child, 'spawn');
    await this.#answers(child);
  }

  /** What `redis-cli` prints for this command. @throws Error where it cannot be asked, or with the error it answers */
  async ask(...command: readonly string[]): Promise<string> {
    const { within = [] } = this.#start;
    const cli = [...within, 'redis-cli', '-e', '-h', this.host, '-p', String(this.port)];
    const [program = '', ...rest] = cli;
    const { stdout } = await run(program, [...rest, ...command]);
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

  /** Resolves once it answers anything, also that it wants a password. */
  async #answers(child: ChildProcess): Promise<void> {
    const endsAt = performance.now() + patienceMs;
    while (!(await this.#isThere())) {
      const ended = child.signalCode ?? child.exitCode;
      if (ended === null && performance.now() < endsAt) {
        await delay(lookEveryMs);
        continue;
      }
      const became = ended === null ? '' : `, it has ended with ${ended}`;
      throw new Error(`Expected redis-server on ${this.host}:${this.port} to answer${became}.`);
    }
  }

  async #isThere(): Promise<boolean> {
    try {
      return (await this.ask('PING')) === 'PONG';
    } catch (error) {
      // Where nobody listens yet, it is waited for.
      return /LOADING|NOAUTH/.test(String(error));
    }
  }

  /** The arguments that name its configuration file; none where it has none. */
  #writeConfig(): readonly string[] {
    const { config } = this.#start;
    if (config === undefined) return [];
    const file = path.join(this.folder, 'redis.conf');
    writeFileSync(file, `${config.join('\n')}\n`);
    return [file];
  }
}
