import { setMaxListeners } from 'node:events';
import type { Deployment } from '../../src/proof/deployment.ts';
import { type RedisStart, RedisServer } from 'holdfast/testing';
import { startGateway } from '../../src/proof/processes/start-gateway.ts';
import type { Surroundings } from '../../src/proof/processes/surroundings.ts';
import type { GatewayCluster } from '../../src/proof/processes/gateway-cluster.ts';
import { LiveStage } from '../../src/proof/scenarios/set-stage.ts';
import type { Stage } from '../../src/proof/scenarios/stage.ts';

/** What a node is started with. */
export interface NodeStart {
  readonly redisUrl: string;
  readonly flags?: readonly string[];
  readonly surroundings?: Surroundings;
}

/** Sessions a user may hold in these tests. */
export const limit = 5;

/** Stores and gateways of one test, and a stage to act on them. All of it ends with `clear`, also what a failed test left. */
export class ClusterGround {
  readonly #undo: (() => Promise<void> | void)[] = [];
  readonly #stages: LiveStage[] = [];
  readonly #curtain: AbortController = new AbortController();
  #users = 0;

  constructor() {
    // Every pause under way listens to it.
    setMaxListeners(0, this.#curtain.signal);
  }

  /** A Redis that forgets everything when it ends. */
  async startRedis(start: RedisStart = {}): Promise<RedisServer> {
    const server = await RedisServer.start(start);
    this.keep(() => server.close());
    return server;
  }

  async startNode({ redisUrl, flags = [], surroundings = {} }: NodeStart): Promise<Deployment> {
    const always = ['--redis-url', redisUrl, '--drain-timeout', '3s'];
    const node = await startGateway({
      environment: 'test',
      flags: [...always, ...flags],
      surroundings,
    });
    this.keep(async () => {
      await node.host?.kill();
    });
    return node;
  }

  async startNodes(count: number, start: NodeStart): Promise<GatewayCluster['nodes']> {
    const nodes = await Promise.all(Array.from({ length: count }, () => this.startNode(start)));
    return nodes as unknown as GatewayCluster['nodes'];
  }

  /** A stage before a node, with users of its own. */
  stage(deployment: Deployment): Stage {
    this.#users += 1;
    const stage = new LiveStage({
      deployment,
      settings: { limit, environment: 'test' },
      startOther: () => Promise.reject(new Error('Start nodes by the ground.')),
      findCluster: () => Promise.reject(new Error('Start nodes by the ground.')),
      seed: 1,
      prefix: `test-${this.#users}`,
      signal: this.#curtain.signal,
    });
    this.#stages.push(stage);
    return stage;
  }

  /** What was measured, for whoever reads the run. */
  tell(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** To be undone at the end, in reverse order. */
  keep(undo: () => Promise<void> | void): void {
    this.#undo.push(undo);
  }

  async clear(): Promise<void> {
    for (const stage of this.#stages.splice(0)) await stage.clear();
    for (const undo of this.#undo.splice(0).toReversed()) await undo();
  }
}
