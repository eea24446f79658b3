import { describe, expect, it } from 'vitest';
import { type ActKind, actKinds } from '../../../../bench/model/acts.ts';
import { logBounds, measuredCosts, measuredMemory } from '../../../../bench/model/costs.ts';
import { memoryOf } from '../../../../bench/model/memory.ts';
import { readModelRequest } from '../../../../bench/model/plan.ts';
import { predict } from '../../../../bench/model/predict.ts';
import { busiestShare, mastersFor } from '../../../../bench/model/sharding.ts';
import { type Incident, type Simulated, simulate } from '../../../../bench/model/simulate.ts';
import { totalsOf } from '../../../../bench/model/totals.ts';
import { presentSeconds, userStates } from '../../../../bench/model/user-states.ts';
import { village, type Workload } from '../../../../bench/model/workload.ts';

const seconds = 1_200;

function play(workload: Workload): Simulated {
  const run = { seed: 7, settleSeconds: 7 * workload.visitSeconds, seconds, incidents: [] };
  return simulate(workload, { ...run, warmUpSeconds: 3 / workload.visitRate });
}

const hamlet: Workload = { ...village, users: 6_000 };

/** A hamlet for a little while, without regard to what those who are away have missed. */
function playShort(incidents: readonly Incident[], long: number): Simulated {
  const run = { seed: 7, settleSeconds: 4 * hamlet.visitSeconds, seconds: long, incidents };
  return simulate(hamlet, { ...run, warmUpSeconds: 10 });
}

/** How far one may be off the other: a few percent, and what chance does to what is rare. */
function expectNear(counted: number, predicted: number, what: string): void {
  const chance = 4 * Math.sqrt(predicted / seconds);
  const off = Math.abs(counted - predicted);
  expect({ what, counted, isNear: off <= 0.03 * predicted + chance }).toEqual({
    what,
    counted,
    isNear: true,
  });
}

const workloads: readonly (readonly [string, Workload])[] = [
  ['a village on ten nodes', village],
  [
    'two nodes, sessions that stick together half of the time',
    { ...village, nodes: 2, together: 0.5 },
  ],
  [
    'users at their limit, whose connections break often',
    {
      ...village,
      users: 8_000,
      visitRate: 1 / 400,
      breakRate: 1 / 200,
      halfOpenShare: 0.6,
      keepSeconds: 20,
    },
  ],
];

describe('the model of what a cluster asks of Redis', () => {
  it.each(workloads)('its formulas say what a simulation counts: %s', (_, workload) => {
    const predicted = predict(workload);
    const simulated = play(workload);
    const counted = simulated.tally.meanOf(0, seconds);
    expect(Object.keys(counted)).toEqual(actKinds);
    for (const kind of actKinds) {
      expectNear(counted[kind].acts, predicted.work[kind].acts, kind);
      expectNear(counted[kind].rows, predicted.work[kind].rows, `rows of ${kind}`);
      expectNear(counted[kind].told, predicted.work[kind].told, `messages of ${kind}`);
    }
    expectNear(simulated.sessions, predicted.sessions, 'sessions');
    expectNear(simulated.present, predicted.present, 'users with a session');
    expectNear(simulated.places, predicted.places, 'users on nodes');
    expectNear(simulated.refused, predicted.refused, 'refused');
  });

  it('the same seed plays the same world', () => {
    const [one, other] = [playShort([], 20), playShort([], 20)];
    expect(one.tally.meanOf(0, 20)).toEqual(other.tally.meanOf(0, 20));
  });

  it('every client of a node that dies comes back once, and its list is gone through when its lease is over', () => {
    const quiet = playShort([], 30);
    const { tally } = playShort([{ kind: 'dies', atSecond: 5, node: 3 }], 30);
    const more = extra('admit', quiet, tally);
    expectAbout(more / (predict(hamlet).sessions / hamlet.nodes));
    expect(tally.workOf(5).admit.acts).toBeGreaterThan(0.9 * more);
    const users = predict(hamlet).places / hamlet.nodes;
    const usual = predict(hamlet).work.sweep.acts;
    expect(tally.workOf(9).sweep.acts).toBeLessThan(usual);
    expectAbout((tally.workOf(10).sweep.acts - usual) / users);
  });

  it('a node that drains keeps the slots of its clients, who come back over its drain time', () => {
    const drain = { kind: 'drains', atSecond: 5, node: 3, drainSeconds: 20 } as const;
    const { tally } = playShort([drain], 40);
    const reserved = tally.meanOf(0, 40).reserve.acts * 40;
    expectAbout(reserved / (predict(hamlet).sessions / hamlet.nodes));
    const extraAdmits = extra('admit', playShort([], 40), tally);
    expectAbout(extraAdmits / reserved);
    const busiest = Math.max(...Array.from({ length: 40 }, (_, at) => tally.workOf(at).admit.acts));
    expect(busiest).toBeLessThan(predict(hamlet).work.admit.acts + (3 * reserved) / 20);
  });

  it("slots of a user are Erlang's: as many as are taken at a time, cut at the limit", () => {
    const { share, spread } = userStates({ ...village, breakRate: 0, visitRate: 2 / 1_800 });
    expect(share.map((one) => Number(one.toFixed(4)))).toEqual(
      [1, 2, 2, 4 / 3, 2 / 3, 4 / 15].map((one) => Number((one / (109 / 15)).toFixed(4))),
    );
    expect(spread.map((one) => Number(one.toFixed(2)))).toEqual([0, 1, 1.9, 2.71, 3.44, 4.1]);
  });

  it('prices grow with the work, and logs end at their bounds', () => {
    const around = { nodes: village.nodes, eventBytes: village.eventBytes };
    const once = totalsOf(predict(village).work, measuredCosts, around);
    const twice = predict({ ...village, users: 2 * village.users, nodes: 2 * village.nodes });
    const other = totalsOf(twice.work, measuredCosts, { ...around, nodes: 2 * village.nodes });
    expect(other.acts / once.acts).toBeCloseTo(2, 1);
    expect(other.bytesIn / once.bytesIn).toBeGreaterThan(2);
    const busy = { ...village, eventRate: 100 };
    const { logs } = memoryOf(
      measuredMemory,
      { workload: busy, predicted: predict(busy) },
      logBounds,
    );
    expect(presentSeconds(busy) * 100 * busy.eventBytes).toBeGreaterThan(logBounds.bytes);
    expect(logs / predict(busy).present / logBounds.bytes).toBeCloseTo(1, 1);
  });

  it('masters of a Redis Cluster have their share of the users, the busiest a little more', () => {
    expect(busiestShare(1)).toBe(1);
    expect(busiestShare(3) * 256).toBe(90);
    expect(busiestShare(6) * 256).toBe(49);
    expect(mastersFor(0.6, 0.6)).toBe(1);
    expect(mastersFor(1.65, 0.6)).toBe(3);
    expect(mastersFor(1.8, 0.6)).toBe(4);
    expect(mastersFor(256, 0.6)).toBe(Infinity);
  });

  it('its command line says what is wrong with it', () => {
    expect(readModelRequest(['--users', '5000'])).toMatchObject({
      wants: 'model',
      workload: { users: 5_000, nodes: 2 },
    });
    expect(readModelRequest(['--measure'])).toMatchObject({ wants: 'measure', acts: 4_000 });
    expect(readModelRequest(['--help']).wants).toBe('help');
    for (const wrong of [['--nodes', 'many'], ['--nodes', '0'], ['--color']])
      expect(readModelRequest(wrong).wants).toBe('nothing');
  });
});

/** One, as nearly as a few hundred of something that happens by chance are. */
function expectAbout(share: number): void {
  expect(share).toBeGreaterThan(0.85);
  expect(share).toBeLessThan(1.15);
}

/** What the second run did more than the first. */
function extra(kind: ActKind, quiet: Simulated, tally: Simulated['tally']): number {
  const long = tally.seconds;
  return (tally.meanOf(0, long)[kind].acts - quiet.tally.meanOf(0, long)[kind].acts) * long;
}
