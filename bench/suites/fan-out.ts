import { atMost, type Row } from '../row.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inBout, interleave, pause, ratios, type Suite } from './suite.ts';

interface Spread {
  readonly lastMs: number;
  readonly cpuUs: number;
  readonly longestBlockMs: number;
}

const repeats = 6;
const kinds = ['raw', 'raw-prepared', 'holdfast'] as const;
type Kind = (typeof kinds)[number];

/** 256 bytes to every one of many connections, by a loop over them and by a broadcast. */
export const fanOut: Suite = {
  name: 'fan-out',
  async run({ rounds, isQuick }) {
    const count = isQuick ? 2_000 : 10_000;
    const results = await interleave(rounds, kinds, (kind) => measure(kind, count));
    const last = (kind: Kind): number[] => results[kind].map(({ lastMs }) => lastMs);
    const cpu = (kind: Kind): number[] => results[kind].map(({ cpuUs }) => cpuUs);
    const cpuOver = (theirs: Kind): Pick<Row, 'figure' | 'unit' | 'detail'> => ({
      figure: median(ratios(cpu('holdfast'), cpu(theirs))),
      unit: '×',
      detail: `${told(median(cpu('holdfast')) / count)} µs against ${told(median(cpu(theirs)) / count)} µs per session`,
    });
    const blocks = results.holdfast.map(({ longestBlockMs }) => longestBlockMs);
    const rawBlocks = results.raw.map(({ longestBlockMs }) => longestBlockMs);
    return [
      {
        suite: 'fan-out',
        what: `256 B to ${told(count)} sessions: time to the last over the raw ws loop`,
        figure: median(ratios(last('holdfast'), last('raw'))),
        unit: '×',
        goal: atMost('3', 0.85),
        detail: `${told(median(last('holdfast')))} ms against ${told(median(last('raw')))} ms`,
      },
      {
        suite: 'fan-out',
        what: 'the same: server CPU over the raw ws loop',
        goal: atMost('3', 0.85),
        ...cpuOver('raw'),
      },
      {
        suite: 'fan-out',
        what: 'the same: over a loop that writes one prepared frame to every socket, the least Node can do',
        ...cpuOver('raw-prepared'),
      },
      {
        suite: 'fan-out',
        what: 'longest time for which the event loop did nothing else',
        figure: median(blocks),
        unit: 'ms',
        goal: atMost('3', 5),
        detail: `${eachRound(blocks)}; raw ws loop ${told(median(rawBlocks))} ms`,
      },
    ];
  },
};

async function measure(kind: Kind, count: number): Promise<Spread> {
  return inBout(kind, {}, async ({ server, load, port }) => {
    const until = kind === 'holdfast' ? 'first-frame' : 'upgraded';
    const plan = { port, count, concurrency: 64, prefix: 'user-', perUser: 1, until } as const;
    await load.ask('connect', plan);
    const spreads: Spread[] = [];
    for (let repeat = 0; repeat <= repeats; repeat += 1) {
      await pause(200);
      const { messages } = await load.ask('received');
      const lastAt = load.ask('awaitMessages', messages + count);
      const { startedAtMs, cpuUs, longestBlockMs } = await server.ask('fanOut');
      spreads.push({ lastMs: (await lastAt) - startedAtMs, cpuUs, longestBlockMs });
    }
    const warm = spreads.slice(1);
    return {
      lastMs: median(warm.map(({ lastMs }) => lastMs)),
      cpuUs: median(warm.map(({ cpuUs }) => cpuUs)),
      longestBlockMs: median(warm.map((spread) => spread.longestBlockMs)),
    };
  });
}
