import { demand } from '../finding.ts';
import type { ProofClient } from '../dialer.ts';
import { nodeAt, publishSurely, storeOf } from './cluster-stage.ts';
import { demandCount } from './counts.ts';
import type { Scenario } from './scenario.ts';
import { demandNumbers, hasNumber, publishNumbers } from './streams.ts';

const published = 60;

const delivery: Scenario = {
  name: 'cluster/events-reach-every-node-in-order',
  category: 'cluster',
  needsNodes: 'some',
  claim:
    'What is published on any node reaches the sessions on every node, once, and in the same order everywhere.',
  covers: ['I4', 'I8'],
  async run(stage) {
    const cluster = await stage.startCluster();
    const user = stage.user('reader');
    const clients: ProofClient[] = [];
    for (const node of cluster.nodes) clients.push(await stage.at(node).mustConnect({ user }));
    const stranger = await stage.at(nodeAt(cluster, 1)).mustConnect({ user: stage.user('other') });
    const numbers = Array.from({ length: published }, (_, at) => at);
    await Promise.all(
      numbers.map((number) => publishSurely(stage, cluster.nodes, { user, number })),
    );
    const isAll = (client: ProofClient): boolean =>
      numbers.every((number) => hasNumber(client, number));
    await Promise.all(clients.map((client) => client.until(() => isAll(client), 10_000)));
    const [order = '', ...others] = clients.map(({ received }) =>
      received.map(({ offset, data }) => `${offset}:${String(data)}`).join(' '),
    );
    demand(
      clients.every((client) => isAll(client) && client.received.length === published),
      {
        expected: `all ${published} events once on each of ${clients.length} nodes`,
        got: clients.map(({ received }) => received.length).join(', '),
        cause: 'Events do not reach every node.',
      },
    );
    demand(
      others.every((other) => other === order),
      {
        expected: 'events at the same offsets in the same order on every node',
        got: [order, ...others].join(' | ').slice(0, 500),
        cause: 'Nodes tell events in different orders.',
      },
    );
    demand(stranger.received.length === 0, {
      expected: 'no event of another user',
      got: `${stranger.received.length}`,
      cause: 'Events reach users they are not for.',
    });
  },
};

const wiped: Scenario = {
  name: 'cluster/a-wiped-store-is-told',
  category: 'cluster',
  needsNodes: 'own',
  claim:
    'When the store loses everything, attached clients are told by a gap that their record is gone, go on, and the limit is exact again.',
  covers: ['I1', 'I4', 'D5'],
  async run(stage) {
    const { limit } = stage.settings;
    const cluster = await stage.startCluster({ count: 2 });
    const store = storeOf(cluster);
    const user = stage.user('ann');
    const clients: ProofClient[] = [];
    for (let at = 0; at < limit; at += 1)
      clients.push(await stage.at(nodeAt(cluster, at)).mustConnect({ user }));
    await publishNumbers(stage.at(nodeAt(cluster, 1)), user, { count: 3 });
    for (const client of clients)
      await demandNumbers(stage, client, { numbers: [0, 1, 2], after: 'connecting' });
    await store.ask('FLUSHALL');
    stage.fault('the store is wiped');
    for (const client of clients) {
      const isTold = await client.until(() => client.gaps.length > 0, 10_000);
      demand(isTold && client.gaps[0]?.reason === 'epoch' && client.end === null, {
        expected: 'a gap with the reason epoch at a client that stays connected',
        got: `${client.gaps.map(({ reason }) => reason).join(', ') || 'no gap'}, ${client.end === null ? 'connected' : `ended with ${client.end.code}`}`,
        cause: 'A client is not told that its record is gone.',
      });
    }
    await demandCount(stage.at(nodeAt(cluster, 1)), user, {
      count: limit,
      withinMs: 5_000,
      cause: 'Sessions are forgotten with the store.',
    });
    const arrival = await stage.at(cluster.nodes[0]).connect({ user });
    demand(!arrival.isOpen && arrival.end.code === 4429, {
      expected: 'a newcomer over the limit to be refused',
      got: arrival.isOpen ? 'a session' : `${arrival.end.code} ${arrival.end.reason}`,
      cause: 'The limit is forgotten with the store.',
    });
    await publishNumbers(stage.at(nodeAt(cluster, 1)), user, { first: 3, count: 1 });
    for (const client of clients)
      await demandNumbers(stage, client, { numbers: [0, 1, 2, 3], after: 'the loss of the store' });
  },
};

/** Events over several nodes. */
export const clusterEvents: readonly Scenario[] = [delivery, wiped];
