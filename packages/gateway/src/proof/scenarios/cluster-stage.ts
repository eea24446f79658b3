import { demand, NotJudged } from '../finding.ts';
import type { Deployment } from '../deployment.ts';
import type { HostProcess } from '../host-process.ts';
import { readExposition } from '../observe-target.ts';
import type { GatewayCluster } from '../processes/gateway-cluster.ts';
import type { RedisServer } from '../processes/redis-server.ts';
import type { Stage } from './stage.ts';

/** For how long a node counts as alive that says nothing, and how often it says something. */
export const leaseMs = 5_000;
export const heartbeatMs = 1_000;
/** What a machine may add to a time that is decided by a clock: processes that have to be scheduled, connections to be made. */
export const slackMs = 1_500;

/** The process of a node. @throws NotJudged where it was not started for the proof */
export function hostOf({ host }: Deployment): HostProcess {
  if (host !== null) return host;
  throw new NotJudged('It needs nodes of its own, and the target was not started for the proof.');
}

/** What the nodes share. @throws NotJudged where it was not started for the proof */
export function storeOf({ store }: GatewayCluster): RedisServer {
  if (store !== null) return store;
  throw new NotJudged('It needs a store of its own, and the target was not started for the proof.');
}

/** The node at this place, counted round and round. */
export function nodeAt({ nodes }: GatewayCluster, at: number): Deployment {
  return nodes[at % nodes.length] ?? nodes[0];
}

/** The number of a metric without labels; NaN where there is none. */
export async function metricOf({ desk }: Deployment, name: string): Promise<number> {
  return readExposition(await desk.metrics()).get(name) ?? Number.NaN;
}

/** Rows and sockets agree again on every node, and each says that it is well. @throws Finding */
export async function demandRecovery(
  stage: Stage,
  nodes: readonly Deployment[],
  withinMs: number,
): Promise<void> {
  const startedAt = performance.now();
  let left = '';
  const isWell = await stage.eventually(async () => {
    const found = await Promise.all(nodes.map((node) => describeTrouble(node)));
    left = found.filter((one) => one !== '').join('; ');
    return left === '';
  }, withinMs);
  stage.sample('recovery', performance.now() - startedAt);
  demand(isWell, {
    expected: `no drift and no fault of the store within ${withinMs} ms of its return`,
    got: left,
    cause: 'Nodes do not recover from the loss of their store.',
  });
}

async function describeTrouble(node: Deployment): Promise<string> {
  const [drift, { faults }] = await Promise.all([
    metricOf(node, 'holdfast_registry_drift'),
    node.desk.health(),
  ]);
  if (drift === 0 && !faults.includes('store')) return '';
  return `a drift of ${drift} and the faults ${faults.join(', ') || 'none'}`;
}
