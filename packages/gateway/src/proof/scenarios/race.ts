import { demand } from '../finding.ts';
import type { Arrival, ProofClient, ResumePoint } from '../dialer.ts';
import { demandCount, demandExact } from './counts.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandAlive } from './survivors.ts';

const settleMs = 3_000;
const notFreedCause = 'Slots are not given back when a client closes.';

const together: Scenario = {
  name: 'race/connects-at-the-same-moment',
  category: 'race',
  claim: 'Of sixty clients of a user who connect at once exactly as many get in as the limit says.',
  covers: ['I1', 'FM-20', 'FM-51'],
  async run(stage) {
    const { limit } = stage.settings;
    const many = limit + 55;
    for (let round = 1; round <= 3; round += 1) {
      const user = stage.user(`rush-${round}`);
      const arrivals = await Promise.all(
        Array.from({ length: many }, () => stage.connect({ user })),
      );
      const open = arrivals.flatMap((arrival) => (arrival.isOpen ? [arrival.client] : []));
      demand(open.length === limit, {
        expected: `exactly ${limit} of ${many} to get in`,
        got: `${open.length}`,
        cause:
          open.length > limit
            ? 'A user holds more sessions than the limit.'
            : 'A user with free slots was refused.',
      });
      await demandCount(stage, user, {
        count: limit,
        withinMs: settleMs,
        cause: 'The count drifts from the clients that are connected.',
      });
      demandAlive(stage, open, 'A live session was ended to make room for a newcomer.');
      await Promise.all(open.map((client) => client.close()));
      await demandCount(stage, user, { count: 0, withinMs: settleMs, cause: notFreedCause });
    }
  },
};

const storm: Scenario = {
  name: 'race/connects-and-closes-in-a-storm',
  category: 'race',
  claim: 'Counts are exact at every look while clients connect, resume, close and vanish.',
  covers: ['I1', 'I3', 'FM-15', 'FM-51', 'A7'],
  async run(stage) {
    const { limit } = stage.settings;
    const [fitting, crowded] = [stage.user('fitting'), stage.user('crowded')];
    const fits = Array.from({ length: limit }, () => comeAndGo(stage, fitting, false));
    const crowds = Array.from({ length: limit + 3 }, () => comeAndGo(stage, crowded, true));
    const over = new AbortController();
    const comings = Promise.all([...fits, ...crowds]).finally(() => over.abort());
    const looks = (async () => {
      while (!over.signal.aborted) {
        await demandExact(stage, fitting);
        await demandExact(stage, crowded);
      }
    })();
    await Promise.all([comings, looks]);
    for (const user of [fitting, crowded]) {
      await demandCount(stage, user, { count: 0, withinMs: settleMs, cause: notFreedCause });
      await stage.mustFill(user, limit);
    }
  },
};

/**
 * One client: it leaves and comes as a new one, or comes back with its ticket while its old connection is still there.
 *
 * @param mayBeRefused false where there are never more clients than slots: then a refusal is a slot that was kept
 */
async function comeAndGo(stage: Stage, user: string, mayBeRefused: boolean): Promise<void> {
  let last: ProofClient | null = null;
  // Fewer in all than a user may connect in a burst.
  const times = Math.max(2, Math.floor(60 / stage.settings.limit));
  for (let time = 0; time < times; time += 1) {
    const resume: ResumePoint | null =
      last !== null && stage.random.chance(0.4) ? last.position : null;
    if (resume === null) await leave(stage, last);
    const arrival: Arrival = await stage.connect({ user, ...(resume !== null && { resume }) });
    demand(arrival.isOpen || mayBeRefused, {
      expected: 'a session, since there are no more clients than slots',
      got: arrival.isOpen ? '' : `${arrival.end.code} ${arrival.end.reason}`,
      cause: notFreedCause,
    });
    await stage.pause(stage.random.between(0, 30));
    if (arrival.isOpen) last = arrival.client;
  }
  await leave(stage, last);
}

async function leave(stage: Stage, client: ProofClient | null): Promise<void> {
  if (client === null) return;
  if (stage.random.chance(0.5)) client.drop();
  else await client.close();
}

const reaping: Scenario = {
  name: 'race/a-close-meets-a-reap',
  category: 'race',
  claim:
    'Reaping while clients close and others come ends nobody who is alive and counts nobody twice.',
  covers: ['I1', 'I2', 'I7', 'A6', 'FM-57'],
  async run(stage) {
    const { limit } = stage.settings;
    const { desk } = stage.deployment;
    const user = stage.user('reaped');
    let clients = await stage.mustFill(user, limit);
    for (let round = 0; round < 10; round += 1) {
      const [leaving, staying] = [clients.slice(0, 2), clients.slice(2)];
      const [reaps] = await Promise.all([
        Promise.all([desk.reap(user), desk.reap(user), desk.reap(user)]),
        ...leaving.map((client) => client.close()),
      ]);
      const wronged = staying.filter(({ session }) => reaps.flat().includes(session));
      demand(wronged.length === 0, {
        expected: 'only sessions whose clients are gone to be reaped',
        got: `${wronged.length} of a client that is connected`,
        cause: 'Clean-up ends sessions that are alive.',
      });
      demandAlive(stage, staying, 'Clean-up ends sessions that are alive.');
      clients = [...staying, ...(await stage.mustFill(user, leaving.length))];
      await demandExact(stage, user);
    }
  },
};

/** What happens at the same moment. */
export const race: readonly Scenario[] = [together, storm, reaping];
