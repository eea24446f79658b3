import { atMost } from '../row.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inBout, interleave, ratios, type Suite } from './suite.ts';

const events = 64;
/** Their frames have about 128 bytes. */
const data = 'x'.repeat(56);
/** Pairs of a fresh connect and a resume in one process; those before them warm it up. */
const pairs = 4;
const warmUps = 2;

interface Cost {
  /** Server CPU, microseconds. */
  readonly fresh: number;
  readonly resumed: number;
}

/** Clients that were cut off come back with ticket and position and get the events they missed. */
export const resume: Suite = {
  name: 'resume',
  async run({ rounds, isQuick }) {
    const count = isQuick ? 500 : 3_000;
    const { holdfast: measured } = await interleave(rounds, ['holdfast'], () => measure(count));
    const holdfast = measured.flat();
    const each = ratios(
      holdfast.map(({ resumed }) => resumed),
      holdfast.map(({ fresh }) => fresh),
    );
    const [resumed, fresh] = (['resumed', 'fresh'] as const).map((part) =>
      told(median(holdfast.map((cost) => cost[part]))),
    );
    return [
      {
        suite: 'resume',
        what: `resume with ${events} events over a fresh connect: server CPU`,
        figure: median(each),
        unit: '×',
        goal: atMost('7', 1.25),
        detail: `${resumed} µs against ${fresh} µs; ${eachRound(each)}`,
      },
    ];
  },
};

async function measure(count: number): Promise<readonly Cost[]> {
  return inBout('holdfast', {}, async ({ server, load, port }) => {
    const plan = { port, count, concurrency: 64, perUser: 1, until: 'first-frame' } as const;
    const come = async (prefix: string): Promise<number> => {
      const before = await server.ask('usage');
      await load.ask('connect', { ...plan, prefix });
      return (await server.ask('usage')).cpuUs - before.cpuUs;
    };
    const comeBack = async (prefix: string): Promise<number> => {
      await load.ask('drop');
      await server.ask('settledUsage');
      await server.ask('publish', { prefix, users: count, events, data });
      await server.ask('settledUsage');
      const before = await server.ask('usage');
      const resuming = { ...plan, prefix, until: events + 1, isResuming: true } as const;
      const { opened } = await load.ask('connect', resuming);
      if (opened !== count) throw new Error(`Expected ${count} to come back, got ${opened}.`);
      return (await server.ask('usage')).cpuUs - before.cpuUs;
    };
    const costs: Cost[] = [];
    for (let pair = 0; pair < warmUps + pairs; pair += 1) {
      const prefix = `user${pair}-`;
      const fresh = (await come(prefix)) / count;
      const resumed = (await comeBack(prefix)) / count;
      await load.ask('drop');
      await server.ask('settledUsage');
      if (pair >= warmUps) costs.push({ fresh, resumed });
    }
    return costs;
  });
}
