import type { Deployment } from '../../src/proof/deployment.ts';
import type { ClientEnd } from '../../src/proof/dialer.ts';
import type { RedisServer } from 'holdfast/testing';
import {
  demandRecovery,
  hostOf,
  leaseMs,
  publishSurely,
} from '../../src/proof/scenarios/cluster-stage.ts';
import { RoamingClient } from '../../src/proof/scenarios/roaming-client.ts';
import type { Stage } from '../../src/proof/scenarios/stage.ts';
import { type ClusterGround, limit } from './cluster-ground.ts';
import { faultsOf } from './event-ledger.ts';

/** What may be done to the cluster. */
type ChaosKind = keyof Pick<
  Chaos,
  | 'killNode'
  | 'freezeNode'
  | 'replaceNode'
  | 'dropClients'
  | 'wipeStore'
  | 'freezeStore'
  | 'killStore'
>;

const storeKinds: ReadonlySet<ChaosKind> = new Set(['wipeStore', 'freezeStore', 'killStore']);

/** How a chaos is set out. */
export interface ChaosPlan {
  readonly kinds: readonly ChaosKind[];
  readonly users: number;
  readonly nodes: number;
}

const publishEveryMs = 40;
const lookEveryMs = 100;
/** A session that is to be ended is ended, and its client knows of it, within this time. */
const settledMs = 1_500;
/** A node that was frozen asks the store about its sessions, and ends those that have no room. */
const thawedMs = 4_000;
const flags = ['--on-store-failure', 'refuse', '--resume-window', '10m'];

/** A user with as many clients as it may have sessions, a publisher, and gatecrashers who try to be one too many. */
class Tenant {
  readonly user: string;
  readonly roamers: readonly RoamingClient[];
  readonly acknowledged: number[] = [];

  constructor(user: string, roamers: readonly RoamingClient[]) {
    this.user = user;
    this.roamers = roamers;
  }
}

/** Nodes, users and what happens to them, drawn by a seed. */
export class Chaos {
  readonly #ground: ClusterGround;
  readonly #plan: ChaosPlan;
  readonly #stage: Stage;
  readonly #store: RedisServer;
  #nodes: readonly Deployment[];
  /** Nodes of which a client cannot know whether it still has its session: frozen, or until when they are taken for that. */
  readonly #doubtful: Map<Deployment, number> = new Map();
  /** Nodes that a load balancer sends nobody to. */
  #out: ReadonlySet<Deployment> = new Set();
  #tenants: readonly Tenant[] = [];
  #isOver = false;
  /** What was found wrong while it went on. */
  readonly faults: string[] = [];
  /** What was done, in order. */
  readonly deeds: string[] = [];
  crashed = 0;

  private constructor(
    ground: ClusterGround,
    plan: ChaosPlan,
    { store, nodes }: { readonly store: RedisServer; readonly nodes: readonly Deployment[] },
  ) {
    const [first] = nodes;
    if (first === undefined) throw new Error('Expected at least one node.');
    this.#ground = ground;
    this.#plan = plan;
    this.#store = store;
    this.#nodes = nodes;
    this.#stage = ground.stage(first);
  }

  static async begin(ground: ClusterGround, plan: ChaosPlan): Promise<Chaos> {
    const store = await ground.startRedis();
    const nodes = await ground.startNodes(plan.nodes, { redisUrl: store.url, flags });
    const chaos = new Chaos(ground, plan, { store, nodes });
    await chaos.#moveIn();
    return chaos;
  }

  /** Deeds and traffic for so long; resolves when it is quiet again, with everything judged. */
  async run(forMs: number): Promise<void> {
    const endsAt = performance.now() + forMs;
    const traffic = [
      ...this.#tenants.map((tenant) => this.#publish(tenant)),
      ...this.#tenants.map((tenant) => this.#crash(tenant)),
    ];
    while (performance.now() < endsAt) {
      await this.#stage.pause(this.#between(500, 3_000));
      const kind = this.#plan.kinds[this.#between(0, this.#plan.kinds.length - 1)];
      if (kind === undefined) break;
      this.deeds.push(kind);
      await this[kind]();
    }
    // Whoever was locked out by a deed is in again within a lease, and everything published meanwhile is there.
    await this.#stage.pause(leaseMs);
    this.#isOver = true;
    await Promise.all(traffic);
    await demandRecovery(this.#stage, this.#nodes, 15_000);
    for (const tenant of this.#tenants) await this.#judge(tenant);
    for (const { roamers } of this.#tenants) for (const one of roamers) await one.stop();
  }

  async killNode(): Promise<void> {
    await this.#replace((node) => hostOf(node).kill());
  }

  async replaceNode(): Promise<void> {
    const successor = await this.#startNode();
    await this.#replace(async (node) => void (await hostOf(node).stop()), successor);
  }

  async freezeNode(): Promise<void> {
    const node = this.#pickNode();
    this.#out = new Set([node]);
    this.#doubtful.set(node, Number.POSITIVE_INFINITY);
    hostOf(node).freeze();
    await this.#stage.pause(this.#between(200, 2 * leaseMs));
    hostOf(node).thaw();
    this.#doubtful.set(node, performance.now() + thawedMs);
    this.#out = new Set();
  }

  dropClients(): Promise<void> {
    for (const { roamers } of this.#tenants)
      for (const one of roamers) if (this.#between(0, 2) === 0) one.cut();
    return Promise.resolve();
  }

  async wipeStore(): Promise<void> {
    await this.#store.ask('FLUSHALL');
  }

  async freezeStore(): Promise<void> {
    this.#store.freeze();
    await this.#stage.pause(this.#between(200, 8_000));
    this.#store.thaw();
  }

  async killStore(): Promise<void> {
    await this.#store.kill();
    await this.#stage.pause(this.#between(200, 8_000));
    await this.#store.restart();
  }

  async #moveIn(): Promise<void> {
    const tenants: Tenant[] = [];
    for (let at = 0; at < this.#plan.users; at += 1) {
      const user = this.#stage.user(`tenant-${at}`);
      const where = (): Deployment => this.#pickNode();
      const roamers = Array.from(
        { length: limit },
        () => new RoamingClient(this.#stage, { user, where }),
      );
      for (const one of roamers) await one.start();
      tenants.push(new Tenant(user, roamers));
    }
    this.#tenants = tenants;
  }

  async #publish({ user, acknowledged }: Tenant): Promise<void> {
    for (let number = 0; !this.#isOver; number += 1) {
      const nodes = this.#nodes.filter((node) => !this.#out.has(node));
      await publishSurely(this.#stage, nodes, { user, number });
      acknowledged.push(number);
      await this.#stage.pause(publishEveryMs);
    }
  }

  /** Somebody who has no ticket comes again and again; who gets in looks round, and leaves. */
  async #crash(tenant: Tenant): Promise<void> {
    while (!this.#isOver) {
      await this.#stage.pause(lookEveryMs);
      const arrival = await this.#stage.at(this.#pickNode()).connect({ user: tenant.user });
      if (!arrival.isOpen) continue;
      this.crashed += 1;
      const before = this.#surelyIn(tenant);
      if (before.size >= limit) {
        await this.#stage.pause(settledMs);
        const after = this.#surelyIn(tenant);
        const stillIn = [...before].filter((session) => after.has(session)).length;
        if (arrival.client.end === null && stillIn >= limit && !this.#mayExceed())
          this.faults.push(`${tenant.user}: ${stillIn + 1} sessions at once`);
      }
      await arrival.client.close();
    }
  }

  /** Sessions of those clients that can be sure to have one. */
  #surelyIn({ roamers }: Tenant): Set<string> {
    const now = performance.now();
    const isSure = ({ node }: RoamingClient): boolean =>
      node !== null && (this.#doubtful.get(node) ?? 0) < now;
    return new Set(
      roamers.flatMap((one) => (one.session !== null && isSure(one) ? [one.session] : [])),
    );
  }

  /** While rows are gone with the store, until they are asserted, more may be let in. */
  #mayExceed(): boolean {
    return this.#plan.kinds.some((kind) => storeKinds.has(kind));
  }

  async #judge({ user, roamers, acknowledged }: Tenant): Promise<void> {
    const last = acknowledged.at(-1) ?? -1;
    const count = (): Promise<number> =>
      this.#pickNode()
        .desk.countOf(user)
        .then((told) => told.count);
    const isIn = await this.#stage.eventually(
      () => Promise.resolve(roamers.every(({ session }) => session !== null)),
      30_000,
    );
    if (!isIn) this.faults.push(`${user}: locked out after all is quiet`);
    if (!(await this.#stage.eventually(async () => (await count()) === limit, 5_000)))
      this.faults.push(`${user}: ${await count()} sessions are counted of ${limit}`);
    for (const [at, one] of roamers.entries()) {
      await one.gets(last, 15_000);
      if (!this.#mayExceed() && one.gaps.includes('epoch'))
        this.faults.push(`${user}, client ${at}: was told of another record, and there was none`);
      for (const fault of faultsOf(one, acknowledged))
        this.faults.push(`${user}, client ${at}: ${fault} (ends: ${describe(one.ends)})`);
    }
  }

  /** One node, alive or not, gives way to another. */
  async #replace(end: (node: Deployment) => Promise<void>, successor?: Deployment): Promise<void> {
    const node = this.#pickNode();
    this.#out = new Set([node]);
    await end(node);
    const next = successor ?? (await this.#startNode());
    this.#nodes = [...this.#nodes.filter((one) => one !== node), next];
    this.#out = new Set();
  }

  #startNode(): Promise<Deployment> {
    return this.#ground.startNode({ redisUrl: this.#store.url, flags });
  }

  #pickNode(): Deployment {
    const up = this.#nodes.filter((node) => !this.#out.has(node));
    const node = up[this.#between(0, up.length - 1)];
    if (node === undefined) throw new Error('Expected a node to be up.');
    return node;
  }

  #between(low: number, high: number): number {
    return this.#stage.random.between(low, high);
  }
}

function describe(ends: readonly ClientEnd[]): string {
  return ends.map(({ code, reason }) => `${code} ${reason}`).join(', ');
}
