import { FaultProxy } from 'holdfast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProofClient } from '../../src/proof/dialer.ts';
import type { GatewayCluster } from '../../src/proof/processes/gateway-cluster.ts';
import {
  demandRecovery,
  heartbeatMs,
  hostOf,
  publishSurely,
  slackMs,
} from '../../src/proof/scenarios/cluster-stage.ts';
import { demandCount } from '../../src/proof/scenarios/counts.ts';
import type { Stage } from '../../src/proof/scenarios/stage.ts';
import { demandNumbers, numbersFrom } from '../../src/proof/scenarios/streams.ts';
import { ClusterGround } from './cluster-ground.ts';
import { hurts } from './hurt-redis.ts';

const ground = new ClusterGround();
afterEach(() => ground.clear());

/** Newcomers are decided about within half a second, whatever the store does. */
const decidedMs = 500;

/** A user with a session on each node. */
class Inhabitants {
  readonly stage: Stage;
  readonly user: string;
  readonly clients: ProofClient[] = [];
  readonly #nodes: GatewayCluster['nodes'];
  #published = 0;

  constructor(nodes: GatewayCluster['nodes']) {
    this.#nodes = nodes;
    this.stage = ground.stage(nodes[0]);
    this.user = this.stage.user('ann');
  }

  async moveIn(): Promise<void> {
    for (const node of this.#nodes)
      this.clients.push(await this.stage.at(node).mustConnect({ user: this.user }));
  }

  /** Publishes, and holds that every session gets it, once and in order. */
  async demandDelivery(after: string): Promise<void> {
    const { stage, user, clients } = this;
    await publishSurely(stage, this.#nodes, { user, number: this.#published });
    this.#published += 1;
    const numbers = numbersFrom(0, this.#published);
    for (const client of clients) await demandNumbers(stage, client, { numbers, after });
  }

  /** A newcomer on each node is let in, in time. */
  async demandEntry(name: string): Promise<void> {
    for (const node of this.#nodes) {
      const arrival = await this.stage.at(node).connect({ user: this.stage.user(name) });
      expect(arrival.isOpen).toBe(true);
      expect(arrival.tookMs).toBeLessThan(decidedMs + slackMs);
    }
  }

  async demandGoingOn(): Promise<void> {
    const { stage, user, clients } = this;
    expect(clients.map(({ end }) => end)).toEqual(clients.map(() => null));
    expect(clients.flatMap(({ gaps }) => gaps)).toEqual([]);
    for (const node of this.#nodes) {
      const cause = 'The count is wrong after the store hurt.';
      await demandCount(stage.at(node), user, { count: clients.length, withinMs: 3_000, cause });
      expect(hostOf(node).isAlive).toBe(true);
    }
  }
}

async function isNoticed({ stage }: Inhabitants, nodes: GatewayCluster['nodes']): Promise<boolean> {
  return await stage.eventually(async () => {
    const healths = await Promise.all(nodes.map(({ desk }) => desk.health()));
    return healths.every(({ status, faults }) => status === 'degraded' && faults.includes('store'));
  }, 10_000);
}

describe('E8 a Redis that hurts', () => {
  it.each(hurts)(
    'E8 $name: sessions go on, newcomers are let in, no node ends, and it is over by itself afterwards',
    async ({ args = [], isNoticed: isToBeNoticed, begin }) => {
      const redis = await ground.startRedis({ args });
      const nodes = await ground.startNodes(2, { redisUrl: redis.url });
      const inhabitants = new Inhabitants(nodes);
      await inhabitants.moveIn();
      await inhabitants.demandDelivery('connecting');
      const end = await begin(redis);
      await inhabitants.demandEntry('newcomer');
      if (isToBeNoticed) expect(await isNoticed(inhabitants, nodes)).toBe(true);
      await end();
      await demandRecovery(inhabitants.stage, nodes, 2 * heartbeatMs + slackMs);
      await inhabitants.demandDelivery('the store hurt');
      await inhabitants.demandEntry('later');
      await inhabitants.demandGoingOn();
    },
  );

  it('E8 200 ms slow: nothing is taken for lost, and limit and order hold', async () => {
    const redis = await ground.startRedis();
    const link = await FaultProxy.start({ targetPort: redis.port });
    ground.keep(() => link.close());
    const nodes = await ground.startNodes(2, { redisUrl: `redis://127.0.0.1:${link.port}` });
    const inhabitants = new Inhabitants(nodes);
    await inhabitants.moveIn();
    link.delay(100);
    for (let round = 0; round < 5; round += 1) {
      await inhabitants.demandDelivery('a slow store');
      await inhabitants.demandEntry(`newcomer-${round}`);
    }
    for (const { desk } of nodes) expect(await desk.metrics()).toContain('holdfast_store_up 1');
    link.delay(0);
    await inhabitants.demandGoingOn();
  });
});
