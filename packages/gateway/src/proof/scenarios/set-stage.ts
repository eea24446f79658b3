import { setTimeout as delay } from 'node:timers/promises';
import { FaultProxy, SeededRandom } from 'holdfast/testing';
import type { Deployment } from '../deployment.ts';
import type { Arrival, DialRequest, ProofClient } from '../dialer.ts';
import { Finding } from '../finding.ts';
import { ClientProcess } from '../processes/client-process.ts';
import type { Mark, Sample } from './outcome.ts';
import type { Stage, StartDeployment, TargetSettings } from './stage.ts';

const LOOK_EVERY_MS = 20;

/** What a stage is set with. */
export interface StageParts {
  readonly deployment: Deployment;
  readonly settings: TargetSettings;
  readonly startOther: StartDeployment;
  readonly seed: number;
  /** Begins the names of its users. */
  readonly prefix: string;
  /** Aborted when the scenario is out of time. */
  readonly signal: AbortSignal;
}

/** A stage that keeps what is measured on it, and takes away everything that was opened. */
export class LiveStage implements Stage {
  readonly deployment: Deployment;
  readonly settings: TargetSettings;
  readonly random: SeededRandom;
  readonly samples: Sample[] = [];
  readonly marks: Mark[] = [];
  readonly #parts: StageParts;
  readonly #startedAtMs: number = performance.now();
  /** Undone in reverse order. */
  readonly #undo: (() => Promise<void> | void)[] = [];

  constructor(parts: StageParts) {
    this.#parts = parts;
    this.deployment = parts.deployment;
    this.settings = parts.settings;
    this.random = new SeededRandom(parts.seed);
  }

  user(name: string): string {
    return `${this.#parts.prefix}-${name}`;
  }

  async connect(request: DialRequest): Promise<Arrival> {
    const arrival = await this.deployment.dialer.dial(request);
    this.sample('connect', arrival.tookMs);
    if (arrival.isOpen) this.#undo.push(() => arrival.client.drop());
    return arrival;
  }

  async mustConnect(request: DialRequest): Promise<ProofClient> {
    const arrival = await this.connect(request);
    if (arrival.isOpen) return arrival.client;
    const { code, reason } = arrival.end;
    throw new Finding({
      expected: 'a session',
      got: `a refusal with ${code} ${reason} after ${Math.round(arrival.tookMs)} ms`,
      cause: 'A user with free slots was refused.',
    });
  }

  async mustFill(user: string, count: number): Promise<readonly ProofClient[]> {
    const clients: ProofClient[] = [];
    while (clients.length < count) clients.push(await this.mustConnect({ user }));
    return clients;
  }

  async startClients(): Promise<ClientProcess> {
    const clients = new ClientProcess(this.deployment.dialerSource);
    this.#undo.push(() => clients.kill());
    return await Promise.resolve(clients);
  }

  async startProxy(): Promise<FaultProxy> {
    const { host, port } = this.deployment.address;
    const proxy = await FaultProxy.start({ targetHost: host, targetPort: port });
    this.#undo.push(() => proxy.close());
    return proxy;
  }

  startOther: StartDeployment = async (flags) => {
    const other = await this.#parts.startOther(flags);
    this.#undo.push(async () => void (await other.host?.stop()));
    return other;
  };

  sample(name: string, value: number, unit = 'ms'): void {
    this.samples.push({ name, unit, value, atMs: this.#now() });
  }

  fault(what: string): void {
    this.marks.push({ kind: 'fault', what, atMs: this.#now() });
  }

  note(what: string): void {
    this.marks.push({ kind: 'note', what, atMs: this.#now() });
  }

  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#parts.signal });
  }

  async eventually(holds: () => Promise<boolean>, withinMs: number): Promise<boolean> {
    const endsAt = performance.now() + withinMs;
    while (!(await holds())) {
      if (performance.now() > endsAt) return false;
      await this.pause(LOOK_EVERY_MS);
    }
    return true;
  }

  /** Closes what is open. What fails here says nothing about the claim and is noted. */
  async clear(): Promise<void> {
    for (const undo of this.#undo.splice(0).toReversed()) {
      try {
        await undo();
      } catch (error) {
        this.note(`clearing the stage failed: ${String(error)}`);
      }
    }
  }

  #now(): number {
    return performance.now() - this.#startedAtMs;
  }
}
