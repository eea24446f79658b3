import { demand } from '../finding.ts';
import type { Arrival } from '../dialer.ts';
import type { GatewayCluster } from '../processes/gateway-cluster.ts';
import { hostOf, leaseMs, nodeAt, slackMs } from './cluster-stage.ts';
import { demandCount } from './counts.ts';
import { demandLimitRefusal } from './limit-refusal.ts';
import { knockTogether } from './newcomers.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const rounds = 5;
const together = 50;
const mostTries = 20;
const longestPauseMs = 500;
/** A busy machine may take the store for away for a moment: then nobody is to be let in without it. */
const flags = ['--on-store-failure', 'refuse'];

/** Opens all at once, spread over the nodes; exactly as many as the limit are let in, and everybody else hears why. @throws Finding */
export async function demandExactRound(
  stage: Stage,
  cluster: GatewayCluster,
  user: string,
): Promise<void> {
  const { limit } = stage.settings;
  const arrivals = await Promise.all(
    Array.from({ length: together }, (_, at) => untilDecided(stage.at(nodeAt(cluster, at)), user)),
  );
  const open = arrivals.flatMap((one) => (one.isOpen ? [one.client] : []));
  demand(open.length === limit, {
    expected: `${limit} of ${together} simultaneous connects over ${cluster.nodes.length} nodes to be accepted`,
    got: `${open.length}, and ${describeEnds(arrivals)}`,
    cause: 'The limit is not exact over several nodes.',
  });
  const odd = arrivals.find((one) => !one.isOpen && one.end.code !== 4429);
  demand(odd === undefined, {
    expected: 'everybody else to be refused with 4429 user-limit',
    got: describeEnds(arrivals),
    cause: 'The refusal does not say that the limit is the reason.',
  });
  const cause = 'Nodes disagree about how many sessions a user has.';
  for (const node of cluster.nodes)
    await demandCount(stage.at(node), user, { count: limit, withinMs: 2_000, cause });
  await Promise.all(open.map((client) => client.close()));
  for (const node of cluster.nodes)
    await demandCount(stage.at(node), user, {
      count: 0,
      withinMs: 2_000,
      cause: 'Slots are not given back over several nodes when clients close.',
    });
}

/** A node that is too busy to decide says so: whoever hears that comes again. */
async function untilDecided(stage: Stage, user: string): Promise<Arrival> {
  for (let tries = 1; ; tries += 1) {
    const arrival = await stage.connect({ user });
    if (arrival.isOpen || arrival.end.reason === 'user-limit' || tries === mostTries)
      return arrival;
    await stage.pause(Math.min(arrival.end.retryMs ?? 0, longestPauseMs));
  }
}

function describeEnds(arrivals: readonly Arrival[]): string {
  const ends = arrivals.flatMap((one) => (one.isOpen ? [] : [`${one.end.code} ${one.end.reason}`]));
  return [...new Set(ends)].join(', ') || 'no refusal';
}

const exact: Scenario = {
  name: 'cluster/limit-is-exact-over-nodes',
  category: 'cluster',
  needsNodes: 'some',
  claim:
    'Of fifty connects of one user at once over three nodes, as many as the limit are accepted, round after round.',
  covers: ['I1', 'FM-20', 'FM-15'],
  async run(stage) {
    const cluster = await stage.startCluster({ flags });
    for (let round = 1; round <= rounds; round += 1)
      await demandExactRound(stage, cluster, stage.user('crowd'));
  },
};

const withinMs = leaseMs + 1_000;

const killed: Scenario = {
  name: 'cluster/a-killed-node-locks-nobody-out',
  category: 'cluster',
  needsNodes: 'own',
  claim:
    'When the node that held all sessions of a user is killed, a newcomer has one elsewhere within the lease and a second.',
  covers: ['I3', 'D8'],
  async run(stage) {
    const { limit } = stage.settings;
    const cluster = await stage.startCluster({ count: 2, flags });
    const [first, second] = cluster.nodes;
    const host = hostOf(second);
    const user = stage.user('ann');
    await stage.at(second).mustFill(user, limit);
    demandLimitRefusal(await stage.at(first).connect({ user }), limit);
    await host.kill();
    stage.fault('the node with all sessions is killed');
    const { entries, usualMs } = await knockTogether(stage.at(first), [user], 20_000);
    const tookMs = (entries[0]?.tookMs ?? Number.POSITIVE_INFINITY) - usualMs;
    demand(tookMs <= withinMs + slackMs, {
      expected: `a newcomer to have its session within ${withinMs} ms, beside what a busy machine adds`,
      got: `${Math.round(tookMs)} ms`,
      cause: 'A user is locked out by sessions of a node that is gone.',
    });
    await demandCount(stage.at(first), user, {
      count: 1,
      withinMs: 3_000,
      cause: 'Sessions of a node that is gone are counted.',
    });
  },
};

/** The limit over several nodes. */
export const clusterLimit: readonly Scenario[] = [exact, killed];
