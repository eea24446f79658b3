import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Deployment } from '../deployment.ts';
import type { HostProcess } from '../host-process.ts';
import { reachTarget } from '../wire/reach-target.ts';
import { type CpuQuota, limitCpu } from './cpu-quota.ts';
import { type Container, enclose, type Surroundings } from './surroundings.ts';

const ownCommand = fileURLToPath(new URL('../../../bin/holdfast.js', import.meta.url));
const patienceMs = 30_000;
/** Longer than the time a gateway has to drain by default. One that is broken may never end by itself. */
const stopPatienceMs = 40_000;

/** What to start. */
export interface GatewayStart {
  readonly environment: string;
  /** Flags of `holdfast serve` beside those that let it be reached. */
  readonly flags?: readonly string[];
  /** The `holdfast` program to run. Default: the one this is part of. */
  readonly command?: string;
  readonly surroundings?: Surroundings;
}

/**
 * Starts a gateway in a process of its own on a free port of 127.0.0.1, with secrets made up for it, and resolves once it
 * answers.
 *
 * @throws Error with what it wrote, where it ends before that
 */
export async function startGateway(start: GatewayStart): Promise<Deployment> {
  const { environment, surroundings = {} } = start;
  const authSecret = randomBytes(32).toString('hex');
  const adminToken = randomBytes(32).toString('hex');
  const { argv, isInner } = enclose(commandLine(start), surroundings.container);
  const [program, ...rest] = argv;
  const child = spawn(program, rest, {
    env: {
      PATH: process.env['PATH'],
      HOLDFAST_AUTH_SECRET: authSecret,
      HOLDFAST_ADMIN_TOKEN: adminToken,
      ...surroundings.variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, for a quota of processor time.
    detached: surroundings.container !== undefined,
  });
  const host = new GatewayProcess(child, isInner);
  const quota = limit(child, surroundings.container);
  const url = await host.listening();
  if (quota !== null) child.once('exit', () => quota.release());
  return reachTarget({ name: `holdfast (${environment})`, url, authSecret, adminToken, host });
}

function commandLine({
  environment,
  flags = [],
  command = ownCommand,
  surroundings = {},
}: GatewayStart): readonly [string, ...string[]] {
  const environmentFlags = surroundings.isEnvironmentUntold === true ? [] : ['--env', environment];
  const serve = ['serve', '--port', '0', '--log-format', 'json', ...environmentFlags, ...flags];
  const { within = [] } = surroundings;
  return [...within, process.execPath, command, ...serve] as [string, ...string[]];
}

/** Processes started by one that is held to a share are held to it with it. */
function limit({ pid }: ChildProcess, container: Container | undefined): CpuQuota | null {
  if (container === undefined || pid === undefined) return null;
  const quota = limitCpu(-pid, container.cpuShare);
  container.tell(`${Math.round(container.cpuShare * 100)} % of one processor`);
  return quota;
}

class GatewayProcess implements HostProcess {
  readonly #child: ChildProcess;
  readonly #isInner: boolean;
  readonly logs: Readonly<Record<string, unknown>>[] = [];
  #errors = '';
  #sayListening: (url: string) => void = () => {};

  constructor(child: ChildProcess, isInner: boolean) {
    this.#child = child;
    this.#isInner = isInner;
    child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    lines.on('line', (line) => this.#take(line));
  }

  get pid(): number {
    const pid = this.#child.pid ?? 0;
    if (!this.#isInner) return pid;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  get openFiles(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const gone = once(this.#child, 'exit');
    process.kill(this.pid, 'SIGKILL');
    await gone;
  }

  async stop(): Promise<number | null> {
    if (this.isAlive) {
      const gone = new Promise<void>((resolve) => void this.#child.once('exit', () => resolve()));
      process.kill(this.pid, 'SIGCONT');
      process.kill(this.pid, 'SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopPatienceMs);
      await gone;
      clearTimeout(timer);
    }
    return this.#child.exitCode;
  }

  async listening(): Promise<string> {
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        reject(
          new Error(`Expected the gateway to listen within ${patienceMs} ms. ${this.#errors}`),
        );
      }, patienceMs);
      this.#sayListening = (url) => {
        clearTimeout(timer);
        resolve(url);
      };
      this.#child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`The gateway ended with status ${code}. ${this.#errors}`));
      });
    });
  }

  #take(line: string): void {
    if (!line.startsWith('{')) return;
    const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
    this.logs.push(entry);
    if (entry['event'] === 'listening') this.#sayListening(String(entry['url']));
  }
}
