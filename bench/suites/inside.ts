import type { ExpiryCost, OpenLatency } from '../inside/duties.ts';
import type { Plan } from '../plan.ts';
import { atMost, type Row } from '../row.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inside, interleave, type Suite } from './suite.ts';

const sizes = ['1000', '10000', '100000', '1000000'] as const;
const quickSizes = ['1000', '10000', '100000'] as const;
const goalUs = 10;

function sizesOf({ isQuick }: Plan): readonly string[] {
  return isQuick ? quickSizes : sizes;
}

/** How long `open` takes, with and without a pressure reap, over ever more live sessions; no sockets. */
export const openLatency: Suite = {
  name: 'open-latency',
  async run(plan) {
    const results = await interleave(plan.rounds, sizesOf(plan), (size) =>
      inside((worker) => worker.ask('openLatency', Number(size))),
    );
    return sizesOf(plan).flatMap((size) => latencyRows(size, results[size] ?? []));
  },
};

function latencyRows(size: string, rounds: readonly OpenLatency[]): Row[] {
  const at = told(Number(size)).replace('.00', '');
  const isLargest = Number(size) === 1_000_000;
  const row = (what: string, p99: readonly number[], p50: readonly number[]): Row => ({
    suite: 'open-latency',
    what: `open with ${at} live sessions, ${what}: p99`,
    figure: median(p99),
    unit: 'µs',
    ...(isLargest ? { goal: atMost('4', goalUs) } : {}),
    detail: `p50 ${told(median(p50))} µs; p99 ${eachRound(p99)}`,
  });
  return [
    row(
      'room',
      rounds.map((one) => one.withRoomP99),
      rounds.map((one) => one.withRoomP50),
    ),
    row(
      'pressure reap',
      rounds.map((one) => one.reapingP99),
      rounds.map((one) => one.reapingP50),
    ),
  ];
}

/** What the end of a session costs whose ping was not answered, over ever more of them; no sockets. */
export const expiry: Suite = {
  name: 'expiry',
  async run(plan) {
    const results = await interleave(plan.rounds, sizesOf(plan), (size) =>
      inside(async (worker) => {
        const count = Number(size);
        await worker.ask('expiry', 20_000);
        return worker.ask('expiry', count);
      }),
    );
    return expiryRows(sizesOf(plan), results);
  },
};

function expiryRows(
  all: readonly string[],
  results: Readonly<Record<string, readonly ExpiryCost[]>>,
): Row[] {
  const cost = (size: string): number => median((results[size] ?? []).map(({ costUs }) => costUs));
  const [least = '', most = ''] = [all.at(0), all.at(-1)];
  const ticksOf = (part: keyof ExpiryCost): string =>
    eachRound(all.map((size) => median((results[size] ?? []).map((one) => one[part]))));
  const largest = results[most] ?? [];
  return [
    {
      suite: 'expiry',
      what: `cost of an expiry with ${told(Number(most))} sessions over ${told(Number(least))}`,
      figure: cost(most) / cost(least),
      unit: '×',
      goal: atMost('6', 2),
      detail: all.map((size) => `${size}: ${told(cost(size))} µs`).join(' · '),
    },
    {
      suite: 'expiry',
      what: 'longest tick while they expire, without pauses of the garbage collector',
      figure: median(largest.map(({ longestTickMs }) => longestTickMs)),
      unit: 'ms',
      goal: atMost('6', 5),
      detail: `each size: ${ticksOf('longestTickMs')}; with its pauses: ${ticksOf('longestPauseMs')}`,
    },
    {
      suite: 'expiry',
      what: 'longest tick while all are pinged, likewise',
      figure: median(largest.map(({ longestPingTickMs }) => longestPingTickMs)),
      unit: 'ms',
      goal: atMost('6', 5),
      detail: `each size: ${ticksOf('longestPingTickMs')}`,
    },
  ];
}
