import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RunningGateway } from './running-gateway.ts';

const scriptOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What attackers do: see `attackers.mjs`. */
export const attacks = [
  'huge header',
  'many headers',
  'tiny fragments',
  'empty fragments',
  'deflate bomb',
  'pings',
  'mixture',
] as const;

/** What fifty clients do at once. */
export type Crowd = 'peaceful' | (typeof attacks)[number];

/** What honest clients saw while a crowd was at the gateway. */
export interface HonestView {
  readonly asked: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** How many of them the gateway has closed. */
  readonly closed: number;
  /** The most memory the gateway had meanwhile, bytes. */
  readonly residentBytes: number;
}

const honestClients = 20;

/** A gateway, a crowd that comes to it from one address, and honest clients at another, each in a process of its own. */
export class Arena {
  readonly #gateway: RunningGateway;
  /** What is written before the command that starts the crowd, and the honest clients. */
  readonly #before: { readonly crowd: readonly string[]; readonly honest: readonly string[] };

  /**
   * @param isQuiet keeps the work of the attackers and of the rest of the machine out of what is measured: the gateway's own
   *   thread has a core for itself, and it and the honest clients go first, where this process may have that
   */
  constructor(gateway: RunningGateway, isQuiet = false) {
    this.#gateway = gateway;
    const behind = ['nice', '-n', '19'];
    const [first = 0, ...others] = allowedCores();
    if (!isQuiet || others.length === 0) {
      this.#before = { crowd: behind, honest: [] };
      return;
    }
    const elsewhere = ['taskset', '-c', others.join(',')];
    const { pid } = gateway.child;
    run('taskset', '-acp', others.join(','), String(pid));
    run('taskset', '-cp', String(first), String(pid));
    const mayGoFirst = run('chrt', '-a', '-f', '-p', '10', String(pid));
    const ahead = mayGoFirst ? ['chrt', '-f', '20'] : [];
    this.#before = { crowd: [...elsewhere, ...behind], honest: [...elsewhere, ...ahead] };
  }

  /** Has a crowd at the gateway for this long, and says what honest clients saw once it was there. */
  async watch(crowd: Crowd, ms: number): Promise<HonestView> {
    const settlingMs = 500;
    const gathering = this.#gather(crowd, ms + 2 * settlingMs);
    await delay(settlingMs);
    let residentBytes = 0;
    const look = setInterval(() => {
      residentBytes = Math.max(residentBytes, this.#gateway.residentBytes);
    }, 50);
    const { times, closed } = await this.#watchHonestly(ms);
    clearInterval(look);
    await gathering;
    times.sort((one, other) => one - other);
    const at = (share: number): number => times[Math.floor(times.length * share)] ?? Infinity;
    return { asked: times.length, p50: at(0.5), p99: at(0.99), closed, residentBytes };
  }

  async #gather(crowd: Crowd, ms: number): Promise<void> {
    const isPeaceful = crowd === 'peaceful';
    const users = Array.from({ length: isPeaceful ? 50 : 4 }, (_, number) => `${crowd} ${number}`);
    const paths = users.map((user) => this.#gateway.pathFor(user));
    const address = isPeaceful ? '127.0.1.1' : '127.0.2.1';
    const words = [String(this.#gateway.port), String(ms), crowd, address, ...paths];
    await start([...this.#before.crowd, process.execPath, scriptOf('attackers.mjs'), ...words]);
  }

  async #watchHonestly(ms: number): Promise<{ times: number[]; closed: number }> {
    const base = this.#gateway.url.replace('http', 'ws');
    const users = Array.from({ length: honestClients }, (_, number) => `honest ${number}`);
    const urls = users.map((user) => `${base}${this.#gateway.pathFor(user)}`);
    const script = [process.execPath, scriptOf('attackers-honest.mjs'), String(ms), ...urls];
    const told = await start([...this.#before.honest, ...script]);
    return JSON.parse(told) as { times: number[]; closed: number };
  }
}

async function start([command = '', ...words]: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, words, { maxBuffer: 2 ** 26 });
  return stdout;
}

function run(command: string, ...words: readonly string[]): boolean {
  return spawnSync(command, words).status === 0;
}

function allowedCores(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, list = '0'] = /Cpus_allowed_list:\s+(\S+)/.exec(status) ?? [];
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
