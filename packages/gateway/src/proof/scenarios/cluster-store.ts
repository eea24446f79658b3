import { demand } from '../finding.ts';
import type { Deployment } from '../deployment.ts';
import type { ProofClient } from '../dialer.ts';
import type { GatewayCluster } from '../processes/gateway-cluster.ts';
import { demandRecovery, heartbeatMs, nodeAt, slackMs, storeOf } from './cluster-stage.ts';
import { demandCount } from './counts.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandNumbers, publishNumbers } from './streams.ts';
import { demandAlive } from './survivors.ts';

/** A newcomer is decided about within this time while the store is away. */
const decidedMs = 500;
const recoveryMs = 2 * heartbeatMs;

/** Sessions that live on while the store is away. */
interface Inhabited {
  readonly user: string;
  readonly clients: readonly ProofClient[];
}

async function inhabit(stage: Stage, cluster: GatewayCluster): Promise<Inhabited> {
  const user = stage.user('ann');
  const clients: ProofClient[] = [];
  for (const node of cluster.nodes) clients.push(await stage.at(node).mustConnect({ user }));
  await publishNumbers(stage.at(cluster.nodes[0]), user, { count: 2 });
  for (const client of clients)
    await demandNumbers(stage, client, { numbers: [0, 1], after: 'connecting' });
  return { user, clients };
}

/** What a newcomer hears while the store is away. */
type Answer = 'let in' | 'sent away';

/** Newcomers are decided about in time, on every node; those who are sent away hear when to come back. @throws Finding */
async function demandDecisions(
  stage: Stage,
  nodes: readonly Deployment[],
  answer: Answer,
): Promise<readonly ProofClient[]> {
  const newcomers: ProofClient[] = [];
  for (const [at, node] of nodes.entries()) {
    const arrival = await stage.at(node).connect({ user: stage.user(`newcomer-${at}`) });
    stage.sample('decision without the store', arrival.tookMs);
    const { isOpen, tookMs } = arrival;
    const isToldWhen = arrival.isOpen || (arrival.end.retryMs ?? 0) > 0;
    demand(isOpen === (answer === 'let in') && isToldWhen, {
      expected: `a newcomer to be ${answer}${answer === 'sent away' ? ' and told when to come back' : ''}`,
      got: arrival.isOpen ? 'a session' : `${arrival.end.code} ${arrival.end.reason}`,
      cause: 'Newcomers are not decided about as `--on-store-failure` says.',
    });
    demand(tookMs <= decidedMs + slackMs, {
      expected: `a decision within ${decidedMs} ms, beside what a busy machine adds`,
      got: `${Math.round(tookMs)} ms`,
      cause: 'Newcomers wait for a store that is away.',
    });
    if (arrival.isOpen) newcomers.push(arrival.client);
  }
  return newcomers;
}

/** The sessions have gone on, are counted, and get what is published. @throws Finding */
async function demandGoingOn(
  stage: Stage,
  cluster: GatewayCluster,
  { user, clients }: Inhabited,
): Promise<void> {
  demandAlive(stage, clients, 'Sessions end with the connection to the store.');
  const cause = 'Sessions are miscounted after the store was away.';
  for (const node of cluster.nodes)
    await demandCount(stage.at(node), user, { count: clients.length, withinMs: 2_000, cause });
  await publishNumbers(stage.at(nodeAt(cluster, 1)), user, { first: 2, count: 1 });
  for (const client of clients)
    await demandNumbers(stage, client, { numbers: [0, 1, 2], after: 'the store was away' });
}

const local: Scenario = {
  name: 'cluster/a-frozen-store-keeps-nobody-out',
  category: 'cluster',
  needsNodes: 'own',
  claim:
    'While the store is frozen sessions go on and newcomers are let in within half a second by what their node knows; afterwards everything agrees within two heartbeats.',
  covers: ['I2', 'I6', 'E8'],
  async run(stage) {
    const cluster = await stage.startCluster({ flags: ['--on-store-failure', 'local'] });
    const store = storeOf(cluster);
    const inhabited = await inhabit(stage, cluster);
    store.freeze();
    stage.fault('the store is frozen');
    const newcomers = await demandDecisions(stage, cluster.nodes, 'let in');
    await demandTold(stage, cluster);
    store.thaw();
    stage.fault('the store answers again');
    await demandRecovery(stage, cluster.nodes, recoveryMs + slackMs);
    await demandGoingOn(stage, cluster, inhabited);
    demandAlive(stage, newcomers, 'Sessions of newcomers end when the store is back.');
  },
};

const refuse: Scenario = {
  name: 'cluster/a-killed-store-sends-newcomers-away',
  category: 'cluster',
  needsNodes: 'own',
  claim:
    'With `--on-store-failure refuse`, while the store is down sessions go on and newcomers hear within half a second when to come back; when it is back, empty, everything agrees within two heartbeats.',
  covers: ['I1', 'I2', 'I6', 'E8'],
  async run(stage) {
    const cluster = await stage.startCluster({ flags: ['--on-store-failure', 'refuse'] });
    const store = storeOf(cluster);
    const inhabited = await inhabit(stage, cluster);
    await store.kill();
    stage.fault('the store is killed');
    await demandDecisions(stage, cluster.nodes, 'sent away');
    await demandTold(stage, cluster);
    await store.restart();
    stage.fault('the store is back, and has forgotten everything');
    await demandRecovery(stage, cluster.nodes, recoveryMs + slackMs);
    await demandGoingOn(stage, cluster, inhabited);
    await demandDecisions(stage, cluster.nodes, 'let in');
  },
};

/** Every node says in its health that the store is away. @throws Finding */
async function demandTold(stage: Stage, { nodes }: GatewayCluster): Promise<void> {
  const isTold = await stage.eventually(async () => {
    const healths = await Promise.all(nodes.map(({ desk }) => desk.health()));
    return healths.every(({ status, faults }) => status !== 'ok' && faults.includes('store'));
  }, 10_000);
  demand(isTold, {
    expected: 'health to tell the loss of the store as a fault, on every node',
    got: 'nothing of it',
    cause: 'The loss of the store is silent.',
  });
}

/** Nodes whose store is away. */
export const clusterStore: readonly Scenario[] = [local, refuse];
