import { demand } from '../finding.ts';
import type { Deployment } from '../deployment.ts';
import type { ProofClient } from '../dialer.ts';
import type { GatewayCluster } from '../processes/gateway-cluster.ts';
import { hostOf, leaseMs, slackMs } from './cluster-stage.ts';
import { demandCount } from './counts.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandNumbers, publishNumbers } from './streams.ts';
import { demandAlive } from './survivors.ts';

/** A user at the limit with one session on another node than the rest, which has got the numbers 0 to 2. */
interface Divided {
  readonly user: string;
  readonly here: Deployment;
  readonly there: Deployment;
  readonly siblings: readonly ProofClient[];
  readonly old: ProofClient;
}

async function divide(
  stage: Stage,
  { nodes: [here, there] }: GatewayCluster,
  throughPort?: number,
): Promise<Divided> {
  const user = stage.user('returning');
  const siblings = await stage.at(here).mustFill(user, stage.settings.limit - 1);
  const through = throughPort === undefined ? {} : { throughPort };
  const old = await stage.at(there).mustConnect({ user, ...through });
  await publishNumbers(stage.at(here), user, { count: 3 });
  await demandNumbers(stage, old, { numbers: [0, 1, 2], after: 'connecting' });
  return { user, here, there, siblings, old };
}

const promptMs = 500;

/** Comes back on the other node with its ticket: at once, at the limit, and without a hole. @throws Finding */
async function demandResume(stage: Stage, divided: Divided, fault: string): Promise<ProofClient> {
  const { user, here, siblings, old } = divided;
  await publishNumbers(stage.at(here), user, { first: 3, count: 3 });
  const startedAt = performance.now();
  const client = await stage.at(here).mustConnect({ user, resume: old.position });
  const tookMs = performance.now() - startedAt;
  stage.sample('resume on another node', tookMs);
  demand(tookMs <= promptMs + slackMs, {
    expected: `its session back within ${promptMs} ms, beside what a busy machine adds`,
    got: `${Math.round(tookMs)} ms`,
    cause: 'A client that comes back on another node waits for its own old session.',
  });
  demand(client.gaps.length === 0, {
    expected: `all events after ${fault}`,
    got: `a gap with the reason ${client.gaps[0]?.reason}`,
    cause: 'Events are lost when a client comes back on another node.',
  });
  await demandNumbers(stage, client, { numbers: [3, 4, 5], after: fault });
  demandAlive(stage, siblings, 'A live session was ended for one that came back.');
  return client;
}

const halfOpen: Scenario = {
  name: 'cluster/resumes-on-another-node-from-a-half-open-session',
  category: 'cluster',
  needsNodes: 'some',
  claim:
    'A client whose connection to one node is half-open comes back on another one at once, at the limit too, and misses nothing.',
  covers: ['I3', 'I4', 'I7'],
  async run(stage) {
    const cluster = await stage.startCluster({ count: 2 });
    const proxy = await stage.at(cluster.nodes[1]).startProxy();
    const divided = await divide(stage, cluster, proxy.port);
    proxy.halfOpen();
    stage.fault('the connection is half-open');
    const client = await demandResume(stage, divided, 'a half-open connection');
    proxy.reset();
    await demandUntouched(stage, divided, client);
  },
};

/** What is left of the old session ends, and nobody else does. @throws Finding */
async function demandUntouched(
  stage: Stage,
  { user, here, siblings }: Divided,
  client: ProofClient,
): Promise<void> {
  await demandCount(stage.at(here), user, {
    count: stage.settings.limit,
    withinMs: leaseMs + slackMs,
    cause: 'A session that came back on another node is counted twice, or not at all.',
  });
  await publishNumbers(stage.at(here), user, { first: 6, count: 1 });
  await demandNumbers(stage, client, {
    numbers: [3, 4, 5, 6],
    after: 'the end of its old session',
  });
  demandAlive(stage, [client, ...siblings], 'The end of an old session ended others.');
}

const frozen: Scenario = {
  name: 'cluster/resumes-on-another-node-from-a-frozen-one',
  category: 'cluster',
  needsNodes: 'own',
  claim:
    'A client of a node that is frozen comes back on another one at once; when the node thaws, that session ends with 4409 and all its others go on.',
  covers: ['I2', 'I3', 'I4', 'I7'],
  async run(stage) {
    const cluster = await stage.startCluster({ count: 2 });
    const host = hostOf(cluster.nodes[1]);
    const divided = await divide(stage, cluster);
    const { there, old } = divided;
    const bystander = await stage.at(there).mustConnect({ user: stage.user('bystander') });
    host.freeze();
    stage.fault('the node is frozen');
    const client = await demandResume(stage, divided, 'a frozen node');
    await stage.pause(leaseMs + 1_000);
    host.thaw();
    stage.fault('the node thaws, a second after its lease');
    await old.until(() => old.end !== null, 5_000);
    demand(old.end?.code === 4409, {
      expected: 'the session that came back elsewhere to end with 4409',
      got: old.end === null ? 'no end' : `${old.end.code} ${old.end.reason}`,
      cause: 'A session goes on beside its successor on another node.',
    });
    await demandUntouched(stage, divided, client);
    await publishNumbers(stage.at(there), bystander.user, { count: 1 });
    await demandNumbers(stage, bystander, { numbers: [0], after: 'its node was frozen' });
  },
};

const killed: Scenario = {
  name: 'cluster/resumes-on-another-node-from-a-killed-one',
  category: 'cluster',
  needsNodes: 'own',
  claim:
    'A client whose node is killed in the middle of a stream comes back on another one at once, and misses nothing.',
  covers: ['I3', 'I4', 'D8'],
  async run(stage) {
    const cluster = await stage.startCluster({ count: 2 });
    const host = hostOf(cluster.nodes[1]);
    const divided = await divide(stage, cluster);
    await host.kill();
    stage.fault('the node is killed');
    const client = await demandResume(stage, divided, 'a killed node');
    await demandUntouched(stage, divided, client);
  },
};

/** Clients that come back on another node. */
export const clusterResume: readonly Scenario[] = [halfOpen, frozen, killed];
