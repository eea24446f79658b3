import { atLeast, type Row } from '../row.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inBout, interleave, ratios, type Suite } from './suite.ts';

interface Pace {
  /** Connects per second of server CPU, of a server that has served as many before. */
  readonly warm: number;
  readonly warmWall: number;
  /** The first ones of the process. */
  readonly cold: number;
}

const kinds = ['raw', 'raw-greeting', 'raw-keeping', 'holdfast'] as const;
type Kind = (typeof kinds)[number];

/** Connects to a server that has just started, and to the same one when it is warm. */
export const connects: Suite = {
  name: 'connects',
  async run({ rounds, isQuick }) {
    const count = isQuick ? 1_000 : 5_000;
    const results = await interleave(rounds, kinds, (kind) => measure(kind, count));
    const of = (kind: Kind, part: keyof Pace): number[] => results[kind].map((pace) => pace[part]);
    const row = (what: string, part: keyof Pace, theirs: Kind): Row => {
      const each = ratios(of('holdfast', part), of(theirs, part));
      const paces = `${told(median(of('holdfast', part)))}/s against ${told(median(of(theirs, part)))}/s`;
      const detail = `${paces}; ${eachRound(each)}`;
      return { suite: 'connects', what, figure: median(each), unit: '×', detail };
    };
    const rawCold = median(ratios(of('raw', 'cold'), of('raw', 'warm')));
    return [
      {
        ...row(
          'connects per second of server CPU over raw ws with a greeting as long as `ready`',
          'warm',
          'raw-greeting',
        ),
        goal: atLeast('4', 0.9),
      },
      row('the same over raw ws that says nothing', 'warm', 'raw'),
      row('the same over raw ws that knows who is there, and gives tickets', 'warm', 'raw-keeping'),
      row(
        'connects per second of wall-clock time over raw ws with a greeting',
        'warmWall',
        'raw-greeting',
      ),
      {
        suite: 'connects',
        what: 'first connects of a fresh process over warm ones',
        figure: median(ratios(of('holdfast', 'cold'), of('holdfast', 'warm'))),
        unit: '×',
        detail: `${told(median(of('holdfast', 'cold')))}/s cold; raw ws ${told(rawCold)} ×`,
      },
    ];
  },
};

async function measure(kind: Kind, count: number): Promise<Pace> {
  return inBout(kind, {}, async ({ server, load, port }) => {
    const until = kind === 'raw' ? ('upgraded' as const) : ('first-frame' as const);
    const paces: { readonly cpu: number; readonly wall: number }[] = [];
    for (const prefix of ['cold-', 'warming-', 'warm-']) {
      const before = await server.ask('usage');
      const plan = { port, count, concurrency: 64, prefix, perUser: 1, until };
      const { ms } = await load.ask('connect', plan);
      const after = await server.ask('usage');
      paces.push({ cpu: (count * 1e6) / (after.cpuUs - before.cpuUs), wall: (count * 1e3) / ms });
      await load.ask('drop');
      await server.ask('settledUsage');
    }
    const [cold, , warm] = paces;
    return {
      cold: cold?.cpu ?? Number.NaN,
      warm: warm?.cpu ?? Number.NaN,
      warmWall: warm?.wall ?? Number.NaN,
    };
  });
}
