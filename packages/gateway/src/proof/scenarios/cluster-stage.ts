import { demand, NotJudged } from '../finding.ts';
import type { Deployment } from '../deployment.ts';
import type { HostProcess } from '../host-process.ts';
import { readExposition } from '../observe-target.ts';
import type { GatewayCluster } from '../processes/gateway-cluster.ts';
import type { RedisServer } from 'holdfast/testing';
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

const tries = 100;

/**
 * Publishes a number to a user as an honest publisher does: where nobody knows whether it was done, it is repeated under its
 * name, on the next node.
 */
export async function publishSurely(
  stage: Stage,
  nodes: readonly Deployment[],
  { user, number }: { readonly user: string; readonly number: number },
): Promise<void> {
  const event = { event: 'number', data: number, id: `number-${number}` };
  const startedAt = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    try {
      await nodes[(number + attempt) % nodes.length]?.desk.publish(user, event);
      stage.sample('publish over nodes', performance.now() - startedAt);
      return;
    } catch (error) {
      if (attempt >= tries) throw error;
      await stage.pause(100);
    }
  }
}

/** Every node has its store again, knows all others, and its rows and sockets agree. @throws Finding */
export async function demandRecovery(
  stage: Stage,
  nodes: readonly Deployment[],
  withinMs: number,
): Promise<void> {
  const startedAt = performance.now();
  let left = '';
  const isWell = await stage.eventually(async () => {
    const found = await Promise.all(nodes.map((node) => describeTrouble(node, nodes.length)));
    left = found.filter((one) => one !== '').join('; ');
    return left === '';
  }, withinMs);
  stage.sample('recovery', performance.now() - startedAt);
  demand(isWell, {
    expected: `no drift on ${nodes.length} nodes that know each other within ${withinMs} ms of the store’s return`,
    got: left,
    cause: 'Nodes do not recover from the loss of their store.',
  });
}

async function describeTrouble({ desk }: Deployment, count: number): Promise<string> {
  const metrics = readExposition(await desk.metrics());
  const [isUp, known, drift] = [
    'holdfast_store_up',
    'holdfast_cluster_nodes',
    'holdfast_registry_drift',
  ].map((name) => metrics.get(name));
  if (isUp === 1 && known === count && drift === 0) return '';
  return `a node that has ${isUp === 1 ? 'its' : 'no'} store, knows ${known} nodes, and has a drift of ${drift}`;
}
