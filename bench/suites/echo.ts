import { atLeast, atMost, type Row } from '../row.ts';
import type { ServerKind } from '../server/duties.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inBout, interleave, pause, ratios, type Suite } from './suite.ts';

const connections = 100;
const data = 'x'.repeat(64);
const frame = JSON.stringify({ type: 'message', data });

type EchoKind = Extract<ServerKind, 'raw' | 'raw-json' | 'holdfast' | 'holdfast-accepting'>;

const texts: Readonly<Record<EchoKind, string>> = {
  raw: data,
  'raw-json': frame,
  holdfast: frame,
  'holdfast-accepting': JSON.stringify({ type: 'message', data, id: 'm' }),
};
const kinds = Object.keys(texts) as EchoKind[];

interface Flow {
  readonly cpuUs: number;
  readonly perSecond: number;
}

/** 64 bytes there and back over 100 connections: one message at a time, and ten at a time. */
export const echo: Suite = {
  name: 'echo',
  async run({ rounds, isQuick }) {
    const seconds = isQuick ? 1 : 2;
    const single = await interleave(rounds, kinds, (kind) => measure(kind, 1, seconds));
    const bursts = await interleave(rounds, ['raw', 'raw-json', 'holdfast'], (kind) =>
      measure(kind, 10, seconds),
    );
    return [...singleRows(single), ...burstRows(bursts)];
  },
};

async function measure(kind: EchoKind, burst: number, seconds: number): Promise<Flow> {
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

function singleRows(flows: Flows<EchoKind>): Row[] {
  const cpu = (kind: EchoKind): number[] => flows[kind].map(({ cpuUs }) => cpuUs);
  const against = (ours: EchoKind, theirs: EchoKind): Pick<Row, 'figure' | 'unit' | 'detail'> => ({
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

function burstRows(flows: Flows<'raw' | 'raw-json' | 'holdfast'>): Row[] {
  const rate = (kind: 'raw' | 'raw-json' | 'holdfast'): number[] =>
    flows[kind].map(({ cpuUs }) => 1e6 / cpuUs);
  const wall = (kind: 'raw' | 'raw-json' | 'holdfast'): string =>
    told(median(flows[kind].map(({ perSecond }) => perSecond)));
  const ours = rate('holdfast');
  return (['raw-json', 'raw'] as const).map((theirs) => ({
    suite: 'echo',
    ...(theirs === 'raw' && { goal: atLeast('2', 3) }),
    what: `bursts of 10: messages per second of server CPU over ${theirs === 'raw' ? 'a bare raw ws echo' : 'raw ws with the same frames'}`,
    figure: median(ratios(ours, rate(theirs))),
    unit: '×',
    detail: `${told(median(ours))}/s against ${told(median(rate(theirs)))}/s; by the clock ${wall('holdfast')}/s against ${wall(theirs)}/s`,
  }));
}
