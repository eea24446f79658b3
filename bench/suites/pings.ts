import { atMost } from '../row.ts';
import { eachRound, median, told } from '../statistics.ts';
import { inBout, interleave, pause, ratios, type Suite } from './suite.ts';

/** About as many pings per second from 10,000 sessions as 50,000 have at the default interval of 25 s. */
const pingIntervalMs = 5_000;
const sessionsMeant = 50_000;
const intervalMeantMs = 25_000;
/** The interval of each session is 80 to 100 % of the one that was set; they fall evenly over it. */
const pingsMeantPerSecond = sessionsMeant / ((intervalMeantMs * 0.9) / 1_000);
const talkers = 200;
const kinds = ['raw-pinging', 'holdfast'] as const;
type Kind = (typeof kinds)[number];

interface Beats {
  readonly share: number;
  readonly pingsPerSecond: number;
  readonly pingsToTalkers: number;
}

/** What it costs to know that many idle peers are alive. */
export const pings: Suite = {
  name: 'pings',
  async run({ rounds, isQuick }) {
    const count = isQuick ? 2_000 : (sessionsMeant * pingIntervalMs) / intervalMeantMs;
    const seconds = isQuick ? 5 : 7;
    const results = await interleave(rounds, kinds, (kind) => measure(kind, count, seconds));
    const { holdfast } = results;
    const shares = (kind: Kind): number[] =>
      results[kind].map((one) => (one.share * pingsMeantPerSecond) / one.pingsPerSecond);
    const scaled = shares('holdfast');
    const raw = shares('raw-pinging');
    const strays = holdfast.map(({ pingsToTalkers }) => pingsToTalkers);
    return [
      {
        suite: 'pings',
        what: `pings and pongs of ${told(sessionsMeant)} idle sessions: share of a core`,
        figure: median(scaled) * 100,
        unit: '%',
        goal: atMost('6', 4),
        detail: `${told(median(holdfast.map((one) => one.pingsPerSecond)))} pings/s; ${eachRound(scaled.map((share) => share * 100))} %`,
      },
      {
        suite: 'pings',
        what: 'the same: over raw ws that sends as many pings',
        figure: median(ratios(scaled, raw)),
        unit: '×',
        detail: `${told(median(scaled) * 100)} % against ${told(median(raw) * 100)} %`,
      },
      {
        suite: 'pings',
        what: 'pings to peers that were just heard',
        figure: Math.max(...strays),
        unit: '',
        goal: atMost('6', 0),
        detail: `${talkers} peers that said something every ${told(pingIntervalMs / 5_000)} s`,
      },
    ];
  },
};

async function measure(kind: Kind, count: number, seconds: number): Promise<Beats> {
  const options = { pingIntervalMs, pressurePingIntervalMs: pingIntervalMs };
  return inBout(kind, options, async ({ server, load, port }) => {
    const plan = {
      port,
      count,
      concurrency: 64,
      prefix: 'user-',
      perUser: 1,
      until: kind === 'holdfast' ? 'first-frame' : 'upgraded',
    } as const;
    await load.ask('connect', plan);
    await pause(pingIntervalMs);
    const before = await Promise.all([server.ask('usage'), load.ask('received')]);
    const startedAt = performance.now();
    await pause(seconds * 1_000);
    const after = await Promise.all([server.ask('usage'), load.ask('received')]);
    const tookMs = performance.now() - startedAt;
    const text = '{"type":"message","data":1}';
    await load.ask('talk', { count: talkers, text, everyMs: pingIntervalMs / 5 });
    // Pings that were on their way when they began to talk are no pings to somebody just heard.
    await pause(200);
    const quietBefore = await load.ask('pingsOfTalkers');
    await pause(pingIntervalMs + 500);
    const pingsToTalkers = (await load.ask('pingsOfTalkers')) - quietBefore;
    await load.ask('stop');
    return {
      share: (after[0].cpuUs - before[0].cpuUs) / 1_000 / tookMs,
      pingsPerSecond: ((after[1].pings - before[1].pings) * 1_000) / tookMs,
      pingsToTalkers,
    };
  });
}
