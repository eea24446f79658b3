import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Deployment } from '../deployment.ts';
import type { HostProcess } from '../host-process.ts';
import { reachTarget } from '../wire/reach-target.ts';

const ownCommand = fileURLToPath(new URL('../../../bin/holdfast.js', import.meta.url));
const patienceMs = 30_000;

/** What to start. */
export interface GatewayStart {
  readonly environment: string;
  /** Flags of `holdfast serve` beside those that let it be reached. */
  readonly flags?: readonly string[];
  /** The `holdfast` program to run. Default: the one this is part of. */
  readonly command?: string;
}

/**
 * Starts a gateway in a process of its own on a free port of 127.0.0.1, with secrets made up for it, and resolves once it
 * answers.
 *
 * @throws Error with what it wrote, where it ends before that
 */
export async function startGateway(start: GatewayStart): Promise<Deployment> {
  const { environment, flags = [], command = ownCommand } = start;
  const authSecret = randomBytes(32).toString('hex');
  const adminToken = randomBytes(32).toString('hex');
  const child = spawn(
    process.execPath,
    [command, 'serve', '--port', '0', '--log-format', 'json', '--env', environment, ...flags],
    {
      env: {
        PATH: process.env['PATH'],
        HOLDFAST_AUTH_SECRET: authSecret,
        HOLDFAST_ADMIN_TOKEN: adminToken,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const host = new GatewayProcess(child);
  const url = await host.listening();
  return reachTarget({ name: `holdfast (${environment})`, url, authSecret, adminToken, host });
}

class GatewayProcess implements HostProcess {
  readonly #child: ChildProcess;
  readonly logs: Readonly<Record<string, unknown>>[] = [];
  #errors = '';
  #sayListening: (url: string) => void = () => {};

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    lines.on('line', (line) => this.#take(line));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
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
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<number | null> {
    if (this.isAlive) {
      const gone = new Promise<void>((resolve) => void this.#child.once('exit', () => resolve()));
      this.#child.kill('SIGCONT');
      this.#child.kill('SIGTERM');
      await gone;
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
