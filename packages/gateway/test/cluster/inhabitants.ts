import type { ProofClient } from '../../src/proof/dialer.ts';
import { demand } from '../../src/proof/finding.ts';
import type { GatewayCluster } from '../../src/proof/processes/gateway-cluster.ts';
import { hostOf, publishSurely, slackMs } from '../../src/proof/scenarios/cluster-stage.ts';
import { demandCount } from '../../src/proof/scenarios/counts.ts';
import type { Stage } from '../../src/proof/scenarios/stage.ts';
import { demandNumbers, numbersFrom } from '../../src/proof/scenarios/streams.ts';

/** Newcomers are decided about within half a second, whatever the store does. */
const decidedMs = 500;

/** A user with a session on each node, who is to notice nothing of what the store goes through. */
export class Inhabitants {
  readonly stage: Stage;
  readonly user: string;
  readonly clients: ProofClient[] = [];
  readonly #nodes: GatewayCluster['nodes'];
  #published = 0;

  constructor(stage: Stage, nodes: GatewayCluster['nodes']) {
    this.stage = stage;
    this.user = stage.user('ann');
    this.#nodes = nodes;
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
      demand(arrival.isOpen && arrival.tookMs < decidedMs + slackMs, {
        expected: `a newcomer to be let in within ${decidedMs} ms, beside what a busy machine adds`,
        got: `${arrival.isOpen ? 'a session' : arrival.end.code} after ${Math.round(arrival.tookMs)} ms`,
        cause: 'Newcomers wait for a store that hurts.',
      });
    }
  }

  /** Whether every node says in its health that the store fails. */
  async isTold(): Promise<boolean> {
    return await this.stage.eventually(async () => {
      const healths = await Promise.all(this.#nodes.map(({ desk }) => desk.health()));
      return healths.every(
        ({ status, faults }) => status === 'degraded' && faults.includes('store'),
      );
    }, 10_000);
  }

  /** What they have noticed all the same: nothing, if all is well. @throws Finding for a wrong count */
  async describeLosses(): Promise<string[]> {
    const { stage, user, clients } = this;
    for (const node of this.#nodes) {
      const cause = 'The count is wrong after the store hurt.';
      await demandCount(stage.at(node), user, { count: clients.length, withinMs: 3_000, cause });
    }
    return [
      ...this.#nodes.flatMap((node) => (hostOf(node).isAlive ? [] : ['a node has ended'])),
      ...clients.flatMap(({ end }) => (end === null ? [] : [`${end.code} ${end.reason}`])),
      ...clients.flatMap(({ gaps }) => gaps.map(({ reason }) => `a gap with reason ${reason}`)),
    ];
  }
}
