import { atLeast, atMost, type Row } from '../row.ts';
import type { ServerKind } from '../server/duties.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inBout, interleave, pause, ratios, type Suite } from './suite.ts';

const connections = 100;
const data = 'x'.repeat(64);
const frame = JSON.stringify({ type: 'message', data });

type SingleKind = Extract<ServerKind, 'raw' | 'raw-json' | 'holdfast' | 'holdfast-accepting'>;
type BurstKind = Extract<ServerKind, 'raw' | 'raw-json' | 'raw-corked' | 'holdfast'>;

const texts: Readonly<Record<SingleKind | BurstKind, string>> = {
  raw: data,
  'raw-json': frame,
  'raw-corked': frame,
  holdfast: frame,
  'holdfast-accepting': JSON.stringify({ type: 'message', data, id: 'm' }),
};
const singleKinds: readonly SingleKind[] = ['raw', 'raw-json', 'holdfast', 'holdfast-accepting'];
const burstKinds: readonly BurstKind[] = ['raw', 'raw-json', 'raw-corked', 'holdfast'];

interface Flow {
  readonly cpuUs: number;
  readonly perSecond: number;
}

/** 64 bytes there and back over 100 connections: one message at a time, and ten at a time. */
export const echo: Suite = {
  name: 'echo',
  async run({ rounds, isQuick }) {
    const seconds = isQuick ? 1 : 2;
    const single = await interleave(rounds, singleKinds, (kind) => measure(kind, 1, seconds));
    const bursts = await interleave(rounds, burstKinds, (kind) => measure(kind, 10, seconds));
    return [...singleRows(single), ...burstRows(bursts)];
  },
};

async function measure(
  kind: SingleKind | BurstKind,
  burst: number,
  seconds: number,
): Promise<Flow> {
  const until = kind.startsWith('raw') ? 'upgraded' : 'first-frame';
  return inBout(kind, {}, async ({ server, load, port }) => {
    const plan = { port, count: connections, concurrency: 20, prefix: 'user-', perUser: 1, until };
    await load.ask('connect', { ...plan, until });
    await load.ask('echo', texts[kind], burst);
    await pause(1_000);
    const before = await Promise.all([server.ask('usage'), load.ask('received')]);
    const startedAt = performance.now();
    await pause(seconds * 1_000);
    const after = await Promise.all([server.ask('usage'), load.ask('received')]);
    const tookMs = performance.now() - startedAt;
    await load.ask('stop');
    const messages = after[1].messages - before[1].messages;
    return {
      cpuUs: (after[0].cpuUs - before[0].cpuUs) / messages,
      perSecond: (messages * 1_000) / tookMs,
    };
  });
}

type Flows<K extends string> = Readonly<Record<K, readonly Flow[]>>;

function singleRows(flows: Flows<SingleKind>): Row[] {
  const cpu = (kind: SingleKind): number[] => flows[kind].map(({ cpuUs }) => cpuUs);
  const against = (
    ours: SingleKind,
    theirs: SingleKind,
  ): Pick<Row, 'figure' | 'unit' | 'detail'> => ({
    figure: median(ratios(cpu(ours), cpu(theirs))),
    unit: '×',
    detail: `${told(median(cpu(ours)))} µs against ${told(median(cpu(theirs)))} µs; ${eachRound(ratios(cpu(ours), cpu(theirs)))}`,
  });
  const suite = 'echo';
  return [
    {
      suite,
      what: 'echo, one outstanding, as an event to the user: server CPU over raw ws with the same frames',
      goal: atMost('2', 1.1),
      ...against('holdfast', 'raw-json'),
    },
    {
      suite,
      what: 'the same over a bare raw ws echo, which reads no JSON and writes none',
      ...against('holdfast', 'raw'),
    },
    {
      suite,
      what: 'message taken and answered with `accepted`: server CPU over a bare raw ws echo',
      ...against('holdfast-accepting', 'raw'),
    },
  ];
}

function burstRows(flows: Flows<BurstKind>): Row[] {
  const rate = (kind: BurstKind): number[] => flows[kind].map(({ cpuUs }) => 1e6 / cpuUs);
  const wall = (kind: BurstKind): string =>
    told(median(flows[kind].map(({ perSecond }) => perSecond)));
  const row = (ours: BurstKind, theirs: BurstKind, what: string): Row => ({
    suite: 'echo',
    what: `bursts of 10: messages per second of server CPU ${what}`,
    figure: median(ratios(rate(ours), rate(theirs))),
    unit: '×',
    detail: `${told(median(rate(ours)))}/s against ${told(median(rate(theirs)))}/s; by the clock ${wall(ours)}/s against ${wall(theirs)}/s`,
  });
  return [
    row('holdfast', 'raw-json', 'over raw ws with the same frames'),
    { ...row('holdfast', 'raw', 'over a bare raw ws echo'), goal: atLeast('2', 3) },
    row('raw-corked', 'raw', 'that raw ws with the same frames has at best, over a bare one'),
  ];
}
