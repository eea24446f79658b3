import { demand } from '../finding.ts';
import type { Deployment } from '../deployment.ts';
import type { GatewayCluster } from '../processes/gateway-cluster.ts';
import { hostOf, publishSurely } from './cluster-stage.ts';
import { demandCount, demandExact } from './counts.ts';
import { RoamingClient } from './roaming-client.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { judgeNumbers, numbersFrom } from './streams.ts';

const publishEveryMs = 20;
const crashEveryMs = 50;

/** The nodes of a deployment that is under way: who is up, and what happens meanwhile. */
class Deploy {
  up: readonly Deployment[];
  published = 0;
  #isOver = false;
  readonly #stage: Stage;
  readonly #user: string;

  constructor(stage: Stage, user: string, { nodes }: GatewayCluster) {
    this.#stage = stage;
    this.#user = user;
    this.up = nodes;
  }

  /** Publishes numbers, one after the other, on nodes in turn that are up, and looks at the count, until it is over. */
  async traffic(): Promise<void> {
    while (!this.#isOver) {
      await publishSurely(this.#stage, this.up, { user: this.#user, number: this.published });
      this.published += 1;
      const node = this.node(this.published);
      if (this.published % 10 === 0) await demandExact(this.#stage.at(node), this.#user);
      await this.#stage.pause(publishEveryMs);
    }
  }

  /** Somebody without a ticket comes again and again, and never finds a slot: those on their way keep theirs. @throws Finding */
  async crash(): Promise<void> {
    for (let at = 0; !this.#isOver; at += 1) {
      const arrival = await this.#stage.at(this.node(at)).connect({ user: this.#user });
      demand(!arrival.isOpen, {
        expected: 'a newcomer over the limit to be refused while others are on their way',
        got: 'a session',
        cause: 'A slot was given away in a rolling deploy.',
      });
      await this.#stage.pause(crashEveryMs);
    }
  }

  /** Any node that is up, counted round and round. */
  node(at: number): Deployment {
    const node = this.up[at % this.up.length];
    if (node === undefined) throw new Error('Expected a node to be up.');
    return node;
  }

  /** A new node takes the place of each, one after the other. */
  async roll(cluster: GatewayCluster): Promise<void> {
    for (const old of this.up) {
      const successor = await cluster.startNode();
      this.up = [...this.up.filter((one) => one !== old), successor];
      const status = await hostOf(old).stop();
      this.#stage.fault(`a node is replaced; it ended with status ${status}`);
      demand(status === 0, {
        expected: 'a node that is replaced to end with status 0',
        got: String(status),
        cause: 'A node does not end by itself when it is replaced.',
      });
    }
  }

  end(): void {
    this.#isOver = true;
  }
}

const rolling: Scenario = {
  name: 'cluster/a-rolling-deploy-is-not-felt',
  category: 'cluster',
  needsNodes: 'own',
  claim:
    'Three nodes are replaced one after another under a user at the limit who is sent events: none of its clients is refused, nobody takes their places, nobody is counted twice, no event is lost.',
  covers: ['I1', 'I3', 'I4'],
  withinMs: 120_000,
  async run(stage) {
    const { limit } = stage.settings;
    const cluster = await stage.startCluster();
    for (const node of cluster.nodes) hostOf(node);
    const user = stage.user('ann');
    const deploy = new Deploy(stage, user, cluster);
    const clients = Array.from(
      { length: limit },
      (_, at) => new RoamingClient(stage, { user, where: () => deploy.node(at) }),
    );
    for (const client of clients) await client.start();
    const traffic = Promise.all([deploy.traffic(), deploy.crash()]);
    await Promise.race([deploy.roll(cluster), traffic]);
    deploy.end();
    await traffic;
    for (const [at, client] of clients.entries())
      await judgeRoamer(stage, client, { published: deploy.published, at });
    await demandCount(stage.at(deploy.node(0)), user, {
      count: limit,
      withinMs: 2_000,
      cause: 'A rolling deploy leaves the count wrong.',
    });
    await Promise.all(clients.map((client) => client.stop()));
  },
};

async function judgeRoamer(
  stage: Stage,
  client: RoamingClient,
  { published, at }: { readonly published: number; readonly at: number },
): Promise<void> {
  await client.gets(published - 1, 10_000);
  demand(client.refusals.length === 0, {
    expected: `client ${at + 1} to be let in wherever it comes back`,
    got: client.refusals.map(({ code, reason }) => `${code} ${reason}`).join(', '),
    cause: 'Clients are refused during a rolling deploy.',
  });
  const numbers = numbersFrom(0, published);
  const isGapTold = client.gaps.length > 0;
  judgeNumbers(stage, client.received, { numbers, after: 'a rolling deploy', isGapTold });
}

/** Nodes that are replaced. */
export const clusterDeploy: readonly Scenario[] = [rolling];
