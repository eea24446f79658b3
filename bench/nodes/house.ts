import { hasRedis, RedisServer } from 'holdfast/testing';
import type { Deployment } from '../../packages/gateway/dist/proof/deployment.js';
import type { ProofClient } from '../../packages/gateway/dist/proof/dialer.js';
import type { readExposition } from '../../packages/gateway/dist/proof/observe-target.js';
import type { startGateway } from '../../packages/gateway/dist/proof/processes/start-gateway.js';

interface Kit {
  readonly startGateway: typeof startGateway;
  readonly readExposition: typeof readExposition;
}

/** The built proof kit of the gateway, found from the built bench. */
async function loadKit(): Promise<Kit> {
  const files = ['processes/start-gateway', 'observe-target'];
  const kit = files.map(async (file) => {
    const url = new URL(`../../../packages/gateway/dist/proof/${file}.js`, import.meta.url);
    return (await import(url.href)) as object;
  });
  return Object.assign({}, ...(await Promise.all(kit))) as Kit;
}

const lookEveryMs = 5;
const patienceMs = 60_000;

/** Two gateways in processes of their own on one real Redis. */
export class TwoNodes {
  readonly here: Deployment;
  readonly there: Deployment;
  readonly store: RedisServer;
  readonly #kit: Kit;

  private constructor(kit: Kit, store: RedisServer, nodes: readonly [Deployment, Deployment]) {
    this.#kit = kit;
    this.store = store;
    [this.here, this.there] = nodes;
  }

  /** Null where there is no Redis on this machine. */
  static async open(): Promise<TwoNodes | null> {
    if (!hasRedis()) return null;
    const kit = await loadKit();
    const store = await RedisServer.start();
    const start = (): Promise<Deployment> =>
      kit.startGateway({ environment: 'production', flags: ['--redis-url', store.url] });
    return new TwoNodes(kit, store, await Promise.all([start(), start()]));
  }

  async close(): Promise<void> {
    for (const { host } of [this.here, this.there]) await host?.kill();
    await this.store.close();
  }

  /** Whether rows and sockets agree on these nodes, and the store answers. */
  async isWell(nodes: readonly Deployment[] = [this.here, this.there]): Promise<boolean> {
    const told = await Promise.all(nodes.map(({ desk }) => desk.metrics()));
    return told.every((text) => {
      const metrics = this.#kit.readExposition(text);
      const [isUp, known, drift] = [
        metrics.get('holdfast_store_up'),
        metrics.get('holdfast_cluster_nodes'),
        metrics.get('holdfast_registry_drift'),
      ];
      return isUp === 1 && known === nodes.length && drift === 0;
    });
  }
}

/** Connects a client; rejects where it is refused. */
export async function enter(node: Deployment, user: string): Promise<ProofClient> {
  const arrival = await node.dialer.dial({ user });
  if (arrival.isOpen) return arrival.client;
  throw new Error(`Expected ${user} to be let in, got ${arrival.end.code} ${arrival.end.reason}.`);
}

/** How long it takes until this holds, milliseconds. */
export async function timeUntil(holds: () => Promise<boolean> | boolean): Promise<number> {
  const startedAt = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedAt > patienceMs) throw new Error('It has not come back.');
    await new Promise((resolve) => void setTimeout(resolve, lookEveryMs));
  }
  return performance.now() - startedAt;
}
