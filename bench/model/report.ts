import { actKinds, type CostTable, type Price, priceOf, type WorkByKind } from './acts.ts';
import type { LogBounds, MemoryCost } from './memory.ts';
import { memoryOf } from './memory.ts';
import { type Prediction, predict } from './predict.ts';
import { busiestShare, mastersFor } from './sharding.ts';
import type { Simulated } from './simulate.ts';
import { bytes, deviation, figure, formatTable } from './table.ts';
import { type Totals, totalsOf } from './totals.ts';
import type { Workload } from './workload.ts';

const usecOfCore = 1_000_000;

/** Acts by kind: what the formulas say, what was counted one by one, and what it comes to. */
export function steadyTable(
  workload: Workload,
  { predicted, counted, costs }: { predicted: Prediction; counted: WorkByKind; costs: CostTable },
): string {
  const around = { nodes: workload.nodes, eventBytes: workload.eventBytes };
  const thousands = workload.users / 1_000;
  const rows = actKinds
    .filter((kind) => predicted.work[kind].acts > 0)
    .map((kind) => {
      const { acts, told } = predicted.work[kind];
      const cost = priceOf(costs[kind].usec, predicted.work[kind], around);
      return [
        kind,
        figure(acts),
        figure(counted[kind].acts),
        deviation(acts, counted[kind].acts),
        figure(told),
        deviation(told, counted[kind].told),
        figure(acts / thousands),
        figure(cost / usecOfCore),
      ];
    });
  const said = totalsOf(predicted.work, costs, around);
  const found = totalsOf(counted, costs, around);
  const total = [
    'all',
    figure(said.acts),
    figure(found.acts),
    deviation(said.acts, found.acts),
    figure(said.told),
    deviation(said.told, found.told),
    figure(said.acts / thousands),
    figure(said.usec / usecOfCore),
  ];
  const header = [
    'act',
    'formula, a second',
    'simulated',
    '',
    'messages',
    '',
    'per 1,000 users',
    'cores',
  ];
  return formatTable(header, [...rows, total]);
}

/** What acts of each kind cost. */
export function pricesTable(costs: CostTable): string {
  const rows = actKinds.map((kind) => {
    const { usec, bytesIn, bytesOut } = costs[kind];
    return [kind, ...[usec, bytesIn, bytesOut].map(toldPrice)];
  });
  return formatTable(['act', 'processor, µs', 'bytes to the store', 'bytes from the store'], rows);
}

const slopes = [
  ['perRow', 'a row'],
  ['perTold', 'a node told'],
  ['perEntry', 'an entry'],
  ['perNode', 'a live node'],
] as const;

function toldPrice(price: Price): string {
  const { each, perEventByte, perCopyByte } = price;
  const parts = slopes.flatMap(([slope, name]) => {
    const value = price[slope] ?? 0;
    const isWithEvent = perCopyByte !== undefined && (slope === 'perTold' || slope === 'perEntry');
    const event = isWithEvent ? ' and its event' : '';
    return value === 0 ? [] : [`${figure(value)} ${name}${event}`];
  });
  const event = (perEventByte ?? 0) >= 1 ? ['the event'] : [];
  return [figure(each), ...parts, ...event].join(' + ');
}

/** What the acts come to, by the formulas and as counted: the mean and the dearest second. */
export function trafficTable(
  workload: Workload,
  {
    predicted,
    simulated,
    costs,
  }: { predicted: Prediction; simulated: Simulated; costs: CostTable },
): string {
  const around = { nodes: workload.nodes, eventBytes: workload.eventBytes };
  const { tally } = simulated;
  const said = totalsOf(predicted.work, costs, around);
  const mean = totalsOf(tally.meanOf(0, tally.seconds), costs, around);
  const each = Array.from({ length: tally.seconds }, (_, second) =>
    totalsOf(tally.workOf(second), costs, around),
  );
  const peak = (valueOf: (one: (typeof each)[number]) => number): number =>
    Math.max(...each.map(valueOf));
  const line = (name: string, valueOf: (one: typeof said) => number, told = figure): string[] => [
    name,
    told(valueOf(said)),
    told(valueOf(mean)),
    deviation(valueOf(said), valueOf(mean)),
    told(peak(valueOf)),
  ];
  const people = (name: 'sessions' | 'present' | 'places', text: string): string[] => [
    text,
    figure(predicted[name]),
    figure(simulated[name]),
    deviation(predicted[name], simulated[name]),
    '',
  ];
  return formatTable(
    ['', 'formula', 'simulated, mean', '', 'dearest second'],
    [
      people('sessions', 'sessions'),
      people('present', 'users with a session'),
      people('places', 'users on nodes'),
      line('acts a second', ({ acts }) => acts),
      line('messages a second', ({ told }) => told),
      line('bytes to the store a second', ({ bytesIn }) => bytesIn, bytes),
      line('bytes from the store a second', ({ bytesOut }) => bytesOut, bytes),
      line('cores of the store', ({ usec }) => usec / usecOfCore),
    ],
  );
}

/** The same workload with fewer and more users, a node for so many of them each. */
export function sizesTable(
  workload: Workload,
  costs: CostTable,
  { memory, bounds }: { memory: MemoryCost; bounds: LogBounds },
): string {
  const usersOfNode = workload.users / workload.nodes;
  const rows = [0.01, 0.1, 0.2, 0.5, 1, 2].map((share) => {
    const users = workload.users * share;
    const nodes = Math.max(2, Math.round(users / usersOfNode));
    const one = { ...workload, users, nodes };
    const predicted = predict(one);
    const size = sizeOf(one, predicted, costs);
    const { records, logs } = memoryOf(memory, { workload: one, predicted }, bounds);
    return [
      ...[users, nodes, size.acts, size.told].map(figure),
      ...[size.bytesIn, size.bytesOut].map(bytes),
      ...[size.usec / usecOfCore, size.masters, 2 * nodes * size.masters].map(figure),
      ...[records, logs].map(bytes),
      ...[size.putBackSeconds, size.broadcastSeconds].map((seconds) => `${figure(seconds)} s`),
    ];
  });
  const traffic = ['acts/s', 'messages/s', 'in/s', 'out/s', 'cores', 'masters', 'connections'];
  const header = ['users', 'nodes', ...traffic, 'records', 'logs', 'all rows again', 'a broadcast'];
  return `${formatTable(header, rows)}\n\nA node for ${figure(usersOfNode)} users; the busiest master is busy ${mostBusy * 100} % at most.`;
}

interface Size extends Totals {
  readonly masters: number;
  /** Until every node has said which sessions it has, at all speed. */
  readonly putBackSeconds: number;
  /** Until every user's record has an event that is for all. */
  readonly broadcastSeconds: number;
}

function sizeOf(workload: Workload, predicted: Prediction, costs: CostTable): Size {
  const around = { nodes: workload.nodes, eventBytes: workload.eventBytes };
  const totals = totalsOf(predicted.work, costs, around);
  const masters = mastersFor(totals.usec / usecOfCore, mostBusy);
  // One act for each user on each node, on all masters at once.
  const secondsOf = (kind: 'assertRows' | 'append'): number => {
    const { usec } = costs[kind];
    const each = priceOf(usec, predicted.work[kind], around) / predicted.work[kind].acts;
    return (predicted.places * each * busiestShare(masters)) / usecOfCore;
  };
  const [putBackSeconds, broadcastSeconds] = [secondsOf('assertRows'), secondsOf('append')];
  return { ...totals, masters, putBackSeconds, broadcastSeconds };
}

/** A core that is busier than this answers late in every burst. */
const mostBusy = 0.6;

/** How many users one core of the store serves, as they are here. */
export function usersOfOneCore(workload: Workload, costs: CostTable): number {
  let [least, most] = [0, 1e9];
  for (let step = 0; step < 60; step += 1) {
    const users = (least + most) / 2;
    const nodes = Math.max(2, (workload.nodes * users) / workload.users);
    const { usec } = totalsOf(predict({ ...workload, users, nodes }).work, costs, {
      nodes,
      eventBytes: workload.eventBytes,
    });
    if (usec < usecOfCore) least = users;
    else most = users;
  }
  return least;
}

/** Second by second around something that happens. */
export function secondsTable(
  { tally }: Simulated,
  workload: Workload,
  { costs, from, to }: { costs: CostTable; from: number; to: number },
): string {
  const around = { nodes: workload.nodes, eventBytes: workload.eventBytes };
  const rows = Array.from({ length: to - from }, (_, at) => from + at).map((second) => {
    const work = tally.workOf(second);
    const { acts, told, usec } = totalsOf(work, costs, around);
    const shown = (['admit', 'confirm', 'read', 'reserve', 'sweep'] as const).map((kind) =>
      figure(work[kind].acts),
    );
    return [String(second), ...shown, figure(acts), figure(told), figure(usec / usecOfCore)];
  });
  const header = [
    'second',
    'admit',
    'confirm',
    'read',
    'reserve',
    'sweep',
    'all acts',
    'messages',
    'cores',
  ];
  return formatTable(header, rows);
}
