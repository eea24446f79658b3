import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, faultPlan, FaultProxy } from 'holdfast/testing';
import { faultsOf, type Follower, type FollowerOptions } from './follower.ts';
import { ProductFollower } from './product-follower.ts';
import { RunningGateway } from './running-gateway.ts';

/** How much is asked of the gateway and its clients. */
export interface CutsPlan {
  /** Users with five clients each, at a limit of five: whoever is cut comes back by its ticket, or waits for its own ghost. */
  readonly users: number;
  readonly eventsPerUser: number;
  readonly cutsPerClient: number;
  /** How many of the cuts tell neither end. */
  readonly silentCutsPerClient: number;
  readonly seed: number;
  /** Milliseconds between two events of a user. */
  readonly paceMs: number;
}

/** What came of it. */
interface CutsOutcome {
  /** What was lost without a word, came twice or out of order, by client. */
  readonly faults: readonly string[];
  readonly gaps: number;
  /** Connections that were ended under a client. */
  readonly cuts: number;
  /** How often clients were greeted. */
  readonly greetings: number;
  readonly sessions: number;
}

interface Victim {
  readonly follower: Follower;
  readonly proxy: FaultProxy;
  readonly plan: readonly Fault[];
}

const sessionsPerUser = 5;
const patienceMs = 60_000;

/** What is wrong with clients while all that can happen to a connection happens to theirs; empty where each got everything. */
export async function shortfallsOf(plan: CutsPlan): Promise<readonly string[]> {
  const clients = plan.users * sessionsPerUser;
  const planned = clients * plan.cutsPerClient;
  const { faults, gaps, cuts, sessions, greetings } = await cutAgainAndAgain(plan);
  // They were greeted again and again: the cuts met sessions, not only attempts.
  const isMet = cuts === planned && greetings >= planned / 2;
  return [
    ...faults,
    ...(gaps === 0 ? [] : [`${gaps} gaps`]),
    ...(sessions === clients ? [] : [`${sessions} sessions of ${clients} clients`]),
    ...(isMet ? [] : [`${cuts} cuts of ${planned} met ${greetings} sessions`]),
  ];
}

/** Has clients follow the events of their users while all that can happen to a connection happens to theirs. */
async function cutAgainAndAgain(plan: CutsPlan): Promise<CutsOutcome> {
  const gateway = await RunningGateway.start([
    '--ping-interval',
    '1s',
    '--pressure-ping-interval',
    '1s',
  ]);
  const victims: Victim[] = [];
  try {
    const users = Array.from({ length: plan.users }, (_, at) => `user ${at}`);
    for (const user of users)
      for (let number = 0; number < sessionsPerUser; number += 1)
        victims.push(await makeVictim(gateway, user, planOf(plan, victims.length)));
    await until(() => victims.every(({ follower }) => follower.greetings > 0));
    const publishing = users.map((user) => publish(gateway, user, plan));
    const cuts = await Promise.all(victims.map((victim) => torment(victim)));
    await Promise.all(publishing);
    const last = plan.eventsPerUser;
    const hasAll = ({ events }: Follower): boolean => events.at(-1)?.offset === last;
    await until(() => victims.every(({ follower }) => hasAll(follower))).catch(() => {
      // What never came is told by name below.
    });
    return {
      faults: victims.flatMap(({ follower }, at) =>
        faultsOf(follower, last).map((fault) => `client ${at}: ${fault}`),
      ),
      gaps: victims.reduce((sum, { follower }) => sum + follower.gaps.length, 0),
      cuts: cuts.reduce((sum, count) => sum + count, 0),
      greetings: victims.reduce((sum, { follower }) => sum + follower.greetings, 0),
      sessions: await countSettled(gateway, victims.length),
    };
  } finally {
    for (const { follower } of victims) follower.stop();
    for (const { proxy } of victims) await proxy.close();
    await gateway.stop();
  }
}

/** How many sessions there are, once it is this many, or after the patience for a ghost that nobody came back for. */
async function countSettled(gateway: RunningGateway, expected: number): Promise<number> {
  const endsAt = performance.now() + 20_000;
  for (;;) {
    const { body } = await gateway.ask('GET', '/api/v1/stats');
    const sessions = Number(body['managers_active']);
    if (sessions === expected || performance.now() > endsAt) return sessions;
    await delay(100);
  }
}

async function makeVictim(
  gateway: RunningGateway,
  user: string,
  plan: readonly Fault[],
): Promise<Victim> {
  const proxy = await FaultProxy.start({ targetPort: gateway.port });
  const options: FollowerOptions = {
    url: `ws://127.0.0.1:${proxy.port}/ws`,
    token: gateway.tokenFor(user),
  };
  return { follower: new ProductFollower(options, { firstMs: 50, maxMs: 200 }), proxy, plan };
}

/** Silent cuts first: they take the longest. Before each cut something that only disturbs. */
function planOf({ cutsPerClient, silentCutsPerClient, seed }: CutsPlan, at: number): Fault[] {
  const own = seed * 1_000 + at;
  const silent = faultPlan({ seed: own, faults: silentCutsPerClient, kinds: ['half-open'] });
  const faults = cutsPerClient - silentCutsPerClient;
  const loud = faultPlan({ seed: own, faults, kinds: ['cut', 'reset'] });
  const kinds = ['delay', 'throttle', 'pause'] as const;
  const disturbances = faultPlan({ seed: own, faults: cutsPerClient, kinds });
  return [...silent, ...loud].flatMap((cut, place) => {
    const disturbance = disturbances[place];
    return disturbance === undefined ? [cut] : [disturbance, cut];
  });
}

/** Follows the plan; returns how many connections it has ended. */
async function torment({ follower, proxy, plan }: Victim): Promise<number> {
  let cuts = 0;
  let greeted = 0;
  for (const fault of plan) {
    // Every other cut meets a session, whatever the machine does meanwhile; the others may come before there is one.
    await until(() => proxy.links.length > 0 && (cuts % 2 === 1 || follower.greetings > greeted));
    await delay((fault.kind.length * 37 + cuts * 53) % 200);
    const link = proxy.links.at(-1);
    if (link === undefined) continue;
    const { accepted } = proxy;
    link.strike(fault);
    if (fault.kind === 'pause') {
      await delay(50);
      link.resume();
    }
    if (fault.kind === 'delay' || fault.kind === 'throttle' || fault.kind === 'pause') continue;
    cuts += 1;
    greeted = follower.greetings;
    await until(() => proxy.accepted > accepted);
  }
  return cuts;
}

async function publish(
  gateway: RunningGateway,
  user: string,
  { eventsPerUser, paceMs }: CutsPlan,
): Promise<void> {
  const where = `/api/v1/users/${encodeURIComponent(user)}/events`;
  for (let data = 1; data <= eventsPerUser; data += 1) {
    const { status } = await gateway.ask('POST', where, { event: 'e', data });
    if (status !== 202) throw new Error(`Expected an event to be published, got ${status}.`);
    await delay(paceMs);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > endsAt)
      throw new Error(`Expected it to come to pass within ${patienceMs} ms.`);
    await delay(10);
  }
}
