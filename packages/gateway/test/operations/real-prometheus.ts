import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from 'holdfast/testing';

/** An alert as Prometheus tells it. */
export interface ToldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** What a Prometheus of the tests watches. */
export interface Watch {
  /** Port on 127.0.0.1 of the gateway. */
  readonly gatewayPort: number;
  /** Text of the rules file. */
  readonly rules: string;
}

const patienceMs = 60_000;
const lookEveryMs = 250;

/** Debian's Prometheus in a process of its own: it scrapes a gateway and evaluates its rules once a second. */
export class RealPrometheus {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #url: string;
  #errors = '';

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#url = `http://127.0.0.1:${port}`;
    this.#child = spawn(
      'prometheus',
      [
        `--config.file=${path.join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${path.join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
  }

  /** Resolves once it has scraped the gateway and nothing fires. @throws when it is not installed, or ends */
  static async start({ gatewayPort, rules }: Watch): Promise<RealPrometheus> {
    const folder = mkdtempSync(path.join(tmpdir(), 'prometheus-'));
    writeFileSync(path.join(folder, 'alerts.yml'), rules);
    const target = `127.0.0.1:${gatewayPort}`;
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ['alerts.yml'],
      scrape_configs: [{ job_name: 'holdfast', static_configs: [{ targets: [target] }] }],
    };
    // JSON is YAML.
    writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify(config));
    const prometheus = new RealPrometheus(folder, await findFreePort());
    await prometheus.#began();
    await prometheus.until(async () => (await prometheus.ask('holdfast_sweep_up')) === 1);
    // While it was starting, no gateway was watched.
    await prometheus.firesOnly();
    return prometheus;
  }

  /** The value of an expression now, the first of several; null where there is none. */
  async ask(expression: string): Promise<number | null> {
    const { result } = await this.#get<{ result: { value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    const told = result[0]?.value[1];
    return told === undefined ? null : Number(told);
  }

  /** What fires, by name. */
  async firing(): Promise<ReadonlyMap<string, ToldAlert>> {
    const { alerts } = await this.#get<{ alerts: ToldAlert[] }>('alerts');
    return new Map(
      alerts
        .filter(({ state }) => state === 'firing')
        .map((alert) => [alert.labels['alertname'] ?? '', alert]),
    );
  }

  /** Asks until it holds. @throws when it does not within a minute, with what fires instead */
  async until(holds: () => Promise<boolean>): Promise<void> {
    const endsAt = performance.now() + patienceMs;
    while (!(await holds())) {
      if (performance.now() > endsAt) {
        const names = [...(await this.firing()).keys()].join(', ');
        throw new Error(`Expected a condition to hold in time; what fires: ${names || 'nothing'}.`);
      }
      await delay(lookEveryMs);
    }
  }

  /** Waits until these alerts fire and no other, and is true then. @throws as {@link until} */
  async firesOnly(...names: readonly string[]): Promise<boolean> {
    const wanted = names.toSorted().join();
    await this.until(async () => [...(await this.firing()).keys()].toSorted().join() === wanted);
    return true;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const exited = new Promise<void>((resolve) => void this.#child.once('exit', () => resolve()));
      this.#child.kill('SIGTERM');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #began(): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.#child.once('error', (error) =>
        reject(new Error('Missing prometheus: apt-get install prometheus', { cause: error })),
      );
      this.#child.once('exit', (code) =>
        reject(new Error(`Prometheus ended with ${code}.\n${this.#errors}`)),
      );
    });
    await Promise.race([failed, this.until(async () => await this.#isReady())]);
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.#url}/-/ready`)).ok;
    } catch {
      // It does not listen yet.
      return false;
    }
  }

  async #get<Answer>(what: string): Promise<Answer> {
    const response = await fetch(`${this.#url}/api/v1/${what}`);
    return ((await response.json()) as { data: Answer }).data;
  }
}
