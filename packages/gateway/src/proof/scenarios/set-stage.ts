import { setTimeout as delay } from 'node:timers/promises';
import { FaultProxy, RawPeer, SeededRandom } from 'holdfast/testing';
import { CallMissing, type Deployment } from '../deployment.ts';
import type { Arrival, DialRequest, Entrance, ProofClient } from '../dialer.ts';
import { Finding } from '../finding.ts';
import { ClientProcess } from '../processes/client-process.ts';
import type { ClusterPlan, GatewayCluster } from '../processes/gateway-cluster.ts';
import type { Mark, Sample } from './outcome.ts';
import type { FindCluster } from './house.ts';
import type { Stage, StartDeployment, TargetSettings } from './stage.ts';

const LOOK_EVERY_MS = 20;

/** What a stage is set with. */
export interface StageParts {
  readonly deployment: Deployment;
  readonly settings: TargetSettings;
  readonly startOther: StartDeployment;
  readonly findCluster: FindCluster;
  readonly seed: number;
  /** Begins the names of its users. */
  readonly prefix: string;
  /** Aborted when the scenario is over or out of time: nothing can be opened after that. */
  readonly signal: AbortSignal;
}

/** What is kept of a scenario, whichever deployment it looks at. */
class Ledger {
  readonly samples: Sample[] = [];
  readonly marks: Mark[] = [];
  /** Undone in reverse order. */
  readonly undo: (() => Promise<void> | void)[] = [];
  readonly random: SeededRandom;
  readonly startedAtMs: number = performance.now();

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }
}

/** A stage that keeps what is measured on it, and takes away everything that was opened. */
export class LiveStage implements Stage {
  readonly deployment: Deployment;
  readonly settings: TargetSettings;
  readonly signal: AbortSignal;
  readonly #parts: StageParts;
  readonly #ledger: Ledger;

  constructor(parts: StageParts, ledger: Ledger = new Ledger(parts.seed)) {
    this.#parts = parts;
    this.#ledger = ledger;
    this.deployment = parts.deployment;
    this.settings = parts.settings;
    this.signal = parts.signal;
  }

  get random(): SeededRandom {
    return this.#ledger.random;
  }

  get samples(): readonly Sample[] {
    return this.#ledger.samples;
  }

  get marks(): readonly Mark[] {
    return this.#ledger.marks;
  }

  at(deployment: Deployment): Stage {
    return new LiveStage({ ...this.#parts, deployment }, this.#ledger);
  }

  async startCluster(plan: ClusterPlan = {}): Promise<GatewayCluster> {
    this.signal.throwIfAborted();
    return await this.#parts.findCluster(plan, (undo) => this.#keep(undo));
  }

  user(name: string): string {
    return `${this.#parts.prefix}-${name}`;
  }

  async connect(request: DialRequest): Promise<Arrival> {
    this.signal.throwIfAborted();
    const arrival = await this.deployment.dialer.dial(request);
    this.sample('connect', arrival.tookMs);
    if (arrival.isOpen) this.#keep(() => arrival.client.drop());
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

  entranceFor(request: DialRequest): Entrance {
    const { dialer } = this.deployment;
    if (dialer.entranceFor === undefined) throw new CallMissing('upgrade over plain TCP');
    return dialer.entranceFor(request);
  }

  async knock({ path, headers }: Entrance): Promise<RawPeer> {
    this.signal.throwIfAborted();
    const peer = await RawPeer.connect({ ...this.deployment.address, path, headers });
    this.#keep(() => peer.destroy());
    return peer;
  }

  async startClients({ dialerSource }: Deployment = this.deployment): Promise<ClientProcess> {
    this.signal.throwIfAborted();
    const clients = new ClientProcess(dialerSource);
    this.#keep(() => clients.kill());
    return await Promise.resolve(clients);
  }

  async startProxy(): Promise<FaultProxy> {
    const { host, port } = this.deployment.address;
    const proxy = await FaultProxy.start({ targetHost: host, targetPort: port });
    this.#keep(() => proxy.close());
    return proxy;
  }

  startOther: StartDeployment = async (flags, surroundings) => {
    this.signal.throwIfAborted();
    const other = await this.#parts.startOther(flags, surroundings);
    this.#keep(async () => void (await other.host?.stop()));
    return other;
  };

  sample(name: string, value: number, unit = 'ms'): void {
    this.#ledger.samples.push({ name, unit, value, atMs: this.#now() });
  }

  fault(what: string): void {
    this.#ledger.marks.push({ kind: 'fault', what, atMs: this.#now() });
  }

  note(what: string): void {
    this.#ledger.marks.push({ kind: 'note', what, atMs: this.#now() });
  }

  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.signal });
  }

  async eventually(holds: () => Promise<boolean>, withinMs: number): Promise<boolean> {
    const endsAt = performance.now() + withinMs;
    while (!(await holds())) {
      if (performance.now() > endsAt) return false;
      await this.pause(LOOK_EVERY_MS);
    }
    return true;
  }

  /** What became open while the scenario ended is taken away at once. */
  #keep(undo: () => Promise<void> | void): void {
    if (this.signal.aborted) void this.#takeAway(undo);
    else this.#ledger.undo.push(undo);
  }

  /** Closes what is open. What fails here says nothing about the claim and is noted. */
  async clear(): Promise<void> {
    for (const undo of this.#ledger.undo.splice(0).toReversed()) await this.#takeAway(undo);
  }

  async #takeAway(undo: () => Promise<void> | void): Promise<void> {
    try {
      await undo();
    } catch (error) {
      this.note(`clearing the stage failed: ${String(error)}`);
    }
  }

  #now(): number {
    return performance.now() - this.#ledger.startedAtMs;
  }
}
