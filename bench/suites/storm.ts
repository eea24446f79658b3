import type { Connected, LoadDuties } from '../load/duties.ts';
import { Worker } from '../processes/worker.ts';
import { atMost } from '../row.ts';
import { median, percentile, told } from '../statistics.ts';
import { type Bout, inBout, interleave, pause, ratios, type Suite } from './suite.ts';

const limit = 5;
/** A fixed rate, well below what one core can take: otherwise the figures would say how much work there is, not who waits. */
const connectsPerSecond = 1_500;
const storms = ['room', 'late', 'full'] as const;
type Storm = (typeof storms)[number];

/** Percentiles of one storm, milliseconds. */
interface Course {
  readonly upgradeP99: number;
  readonly readyP99: number;
}

/** Until the mute sessions have been pinged and their pings are late, and before they are dead. */
const untilLateMs = 7_000;

/**
 * Many users connect within a short time: `room` with a slot to spare, `late` at the limit with one session that stopped answering
 * and is late, `full` at the limit with all of them alive, so that each newcomer waits for proof and is refused.
 */
export const storm: Suite = {
  name: 'storm',
  async run({ rounds, isQuick }) {
    const users = isQuick ? 50 : 100;
    const results = await interleave(rounds, ['once'], () =>
      inBout('holdfast', {}, (bout) => weather(bout, users)),
    );
    const of = (name: Storm, part: keyof Course): number[] =>
      results.once.map((courses) => courses[name][part]);
    const row = (name: Storm, what: string) => ({
      suite: 'storm',
      what: `handshake p99, every user at the limit (${what}), over the same with room`,
      figure: median(ratios(of(name, 'upgradeP99'), of('room', 'upgradeP99'))),
      unit: '×',
      goal: atMost('5', 1.15),
      detail: `${told(median(of(name, 'upgradeP99')))} ms against ${told(median(of('room', 'upgradeP99')))} ms`,
    });
    return [
      row('late', 'one session late'),
      row('full', 'all alive'),
      {
        suite: 'storm',
        what: 'open p99 with a session known to be late: connect to `ready`',
        figure: median(of('late', 'readyP99')),
        unit: 'ms',
        goal: atMost('5', 100),
        detail: `with room ${told(median(of('room', 'readyP99')))} ms; refused with all alive ${told(median(of('full', 'readyP99')))} ms`,
      },
    ];
  },
};

/** Storms come in gusts, one of each kind after the other; the first gusts warm the code up and do not count. */
const gusts = 6;
const warmUps = 2;

/** The crowd that is there already is held by a process of its own, so that its pings do not delay who measures. */
async function weather(bout: Bout, usersPerGust: number): Promise<Record<Storm, Course>> {
  const crowd = new Worker<LoadDuties>({ module: 'load/main.js', side: 'load' });
  try {
    await gather(crowd, bout.port, usersPerGust * (gusts + warmUps));
    await pause(untilLateMs);
    const forgotten = { room: noGusts(), late: noGusts(), full: noGusts() };
    const blown = { room: noGusts(), late: noGusts(), full: noGusts() };
    for (let gust = 0; gust < gusts + warmUps; gust += 1) {
      const first = gust * usersPerGust;
      const kept = gust < warmUps ? forgotten : blown;
      for (const name of storms) {
        const who = { prefix: `${name}-`, first, count: usersPerGust };
        addTo(kept[name], await blow(bout, who, name === 'full'));
      }
    }
    return { room: courseOf(blown.room), late: courseOf(blown.late), full: courseOf(blown.full) };
  } finally {
    await crowd.end();
  }
}

async function gather(crowd: Worker<LoadDuties>, port: number, users: number): Promise<void> {
  const plan = { port, concurrency: 50, until: 'first-frame' } as const;
  const live = limit - 1;
  await crowd.ask('connect', { ...plan, prefix: 'room-', perUser: live, count: users * live });
  await crowd.ask('connect', { ...plan, prefix: 'full-', perUser: limit, count: users * limit });
  await crowd.ask('connect', { ...plan, prefix: 'late-', perUser: live, count: users * live });
  await crowd.ask('connect', { ...plan, prefix: 'late-', perUser: 1, count: users, isMute: true });
}

async function blow(
  { load, port }: Bout,
  who: { readonly prefix: string; readonly first: number; readonly count: number },
  isRefused: boolean,
): Promise<Connected> {
  const pace = { concurrency: null, perSecond: connectsPerSecond };
  const plan = { port, until: 'first-frame', perUser: 1, ...pace, ...who } as const;
  const connected = await load.ask('connect', plan);
  const expected = isRefused ? who.count : 0;
  if (connected.refused !== expected) {
    throw new Error(`Expected ${expected} refused of ${who.prefix}, got ${connected.refused}.`);
  }
  return connected;
}

interface Gusts {
  readonly upgradeMs: number[];
  readonly firstFrameMs: number[];
}

function addTo(sum: Gusts, { upgradeMs, firstFrameMs }: Connected): void {
  sum.upgradeMs.push(...upgradeMs);
  sum.firstFrameMs.push(...firstFrameMs);
}

function noGusts(): Gusts {
  return { upgradeMs: [], firstFrameMs: [] };
}

function courseOf({ upgradeMs, firstFrameMs }: Gusts): Course {
  return { upgradeP99: percentile(upgradeMs, 0.99), readyP99: percentile(firstFrameMs, 0.99) };
}
