import { CallMissing, type Deployment } from '../deployment.ts';
import { NotJudged } from '../finding.ts';
import type { ClusterPlan, GatewayCluster } from '../processes/gateway-cluster.ts';
import { hasRedis, RedisServer } from 'holdfast/testing';
import type { Surroundings } from '../processes/surroundings.ts';
import type { Scenario } from './scenario.ts';
import type { StartDeployment } from './stage.ts';

/** What a run is held against: one target, or gateways started for it. */
export type Grounds =
  | {
      readonly target: Deployment;
      /** All nodes of the target, where more than one was given. */
      readonly nodes?: readonly Deployment[];
      readonly environment: string | null;
    }
  /** `start` brings up a gateway with these flags, beside those every one of the run has. */
  | { readonly start: StartDeployment; readonly environment: string };

/** Finds gateways that act as one. What was started for them is told to `keep`, to be undone in reverse order. */
export type FindCluster = (
  plan: ClusterPlan,
  keep: (undo: () => Promise<void>) => void,
) => Promise<GatewayCluster>;

const noRedis =
  'It needs redis-server and redis-cli 7 on this machine: apt-get install redis-server';

/** Finds each scenario the deployment it needs: the target, or a gateway that was started with its flags. */
export class House {
  readonly #grounds: Grounds;
  /** The gateway of the scenarios under way, and the flags it has. */
  #current: { readonly flags: string; readonly deployment: Deployment } | null = null;

  constructor(grounds: Grounds) {
    this.#grounds = grounds;
  }

  /** Null where the scenario needs flags and the target was not started for the proof. */
  async findFor({ flags = [], needsHost = false }: Scenario): Promise<Deployment | null> {
    if ('target' in this.#grounds) return flags.length > 0 ? null : this.#grounds.target;
    const key = flags.join(' ');
    const current = this.#current;
    if (current?.flags === key && current.deployment.host?.isAlive === true)
      return current.deployment;
    await this.clear();
    const deployment = await this.#grounds.start(flags);
    // What acts on the process may leave it changed: the next scenario has another one.
    this.#current = { flags: needsHost ? '(used up)' : key, deployment };
    return deployment;
  }

  /** Another gateway. @throws CallMissing where the target was not started for the proof */
  async startOther(flags: readonly string[], surroundings?: Surroundings): Promise<Deployment> {
    if ('start' in this.#grounds) return await this.#grounds.start(flags, surroundings);
    throw new CallMissing('gateway to start beside it');
  }

  readonly findCluster: FindCluster = async ({ count = 3, flags = [] }, keep) => {
    const grounds = this.#grounds;
    if ('target' in grounds) return clusterOf(grounds.nodes ?? []);
    if (!hasRedis()) throw new NotJudged(noRedis);
    const store = await RedisServer.start();
    keep(() => store.close());
    const startNode = async (): Promise<Deployment> => {
      const node = await grounds.start(['--redis-url', store.url, ...flags]);
      keep(async () => void (await node.host?.stop()));
      return node;
    };
    const nodes = await Promise.all(Array.from({ length: count }, startNode));
    return { ...clusterOf(nodes), store, startNode };
  };

  /** Stops the gateway of the scenarios under way. */
  async clear(): Promise<void> {
    const { deployment } = this.#current ?? { deployment: null };
    this.#current = null;
    await deployment?.host?.stop();
  }
}

/** Nodes that were given: nothing is started beside them. @throws CallMissing where they are not several */
function clusterOf([first, second, ...others]: readonly Deployment[]): GatewayCluster {
  if (first === undefined || second === undefined) throw new CallMissing('second node');
  return { nodes: [first, second, ...others], store: null, startNode: cannotStart };
}

function cannotStart(): Promise<Deployment> {
  return Promise.reject(new CallMissing('node to start beside the others'));
}
