import type { Row } from '../row.ts';
import { atMost } from '../row.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inBout, interleave, ratios, type Suite } from './suite.ts';

const layouts = ['raw', 'five', 'one'] as const;
type Layout = (typeof layouts)[number];

/** Sessions that are there before the measured ones: by then the code is compiled, which takes heap as well. */
const warmUp = 3_000;

interface PerSession {
  readonly rss: number;
  readonly heap: number;
}

/** What one idle session costs: the difference between few and many, after garbage was collected. */
export const memory: Suite = {
  name: 'memory',
  async run({ rounds, isQuick }) {
    const count = isQuick ? 2_000 : 9_000;
    const results = await interleave(rounds, layouts, (layout) => measure(layout, count));
    const raw = results.raw;
    return [
      ...rowsOf('5 sessions per user', results.five, raw),
      ...rowsOf('1 session per user', results.one, raw),
    ];
  },
};

async function measure(layout: Layout, count: number): Promise<PerSession> {
  const kind = layout === 'raw' ? 'raw' : 'holdfast';
  const until = layout === 'raw' ? 'upgraded' : 'first-frame';
  const perUser = layout === 'five' ? 5 : 1;
  const connecting = { concurrency: 64, perUser, until } as const;
  return inBout(kind, {}, async ({ server, load, port }) => {
    await load.ask('connect', { ...connecting, port, count: warmUp, prefix: 'first-' });
    const before = await server.ask('settledUsage');
    await load.ask('connect', { ...connecting, port, count, prefix: 'user-' });
    const after = await server.ask('settledUsage');
    const added = after.connections - before.connections;
    if (added !== count) throw new Error(`Expected ${count} more connections, got ${added}.`);
    const heap = after.heapBytes + after.arrayBytes - before.heapBytes - before.arrayBytes;
    return { rss: (after.rssBytes - before.rssBytes) / count, heap: heap / count };
  });
}

function rowsOf(
  what: string,
  ours: readonly PerSession[],
  raw: readonly PerSession[],
): readonly Row[] {
  const rss = (one: PerSession): number => one.rss;
  const heap = (one: PerSession): number => one.heap;
  const overHeap = ours.map((one, round) => one.heap - (raw[round]?.heap ?? Number.NaN));
  return [
    {
      suite: 'memory',
      what: `idle session, ${what}: RSS over raw ws`,
      figure: median(ratios(ours.map(rss), raw.map(rss))),
      unit: '×',
      goal: atMost('1', 1.1),
      detail: `${told(median(ours.map(rss)))} B against ${told(median(raw.map(rss)))} B`,
    },
    {
      suite: 'memory',
      what: `idle session, ${what}: heap and typed arrays more than raw ws`,
      figure: median(overHeap),
      unit: 'B',
      goal: atMost('1', 256),
      detail: `raw ${told(median(raw.map(heap)))} B; ${eachRound(overHeap)}`,
    },
  ];
}
