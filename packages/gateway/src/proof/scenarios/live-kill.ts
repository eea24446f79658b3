import { demand } from '../finding.ts';
import type { Arrival, ProofClient } from '../dialer.ts';
import { someUpTo } from './ghosts.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { awaitVictims, countKilled, demandAlive } from './survivors.ts';

/** Longer than the quiet cut-off of 10 s that home-made clean-ups have. */
const usualQuietMs = 12_000;
/** Time for what a newcomer set off to show: a probe and what comes of it. */
const aftermathMs = 1_500;

const quietCause = 'A live session was ended because it was quiet.';
const evictedCause = 'A live session was ended to make room for a newcomer.';

/** A crowd of live clients who say nothing, with a newcomer to come for some of their users. */
interface Quiet {
  /** Users with as many quiet clients as the key of each group says; their newcomers come later. */
  readonly visited: readonly { readonly user: string; readonly clients: readonly ProofClient[] }[];
  /** At the limit, and never visited. */
  readonly unvisited: readonly ProofClient[];
  /** At the limit, visited, and sending something every second: only quiet tells them from the others. */
  readonly busyUser: string;
  readonly busy: readonly ProofClient[];
}

/** @param quietMs for how long the clients do nothing but answer pings */
export function quietSessions(quietMs: number = usualQuietMs): Scenario {
  return {
    name: 'limits/quiet-sessions-live',
    category: 'limits',
    claim: 'Clients that only answer pings are never ended, by no newcomer and by no clean-up.',
    covers: ['I2', 'FM-31', 'FM-35', 'FM-39', 'FM-45', 'FM-19'],
    withinMs: quietMs + 60_000,
    async run(stage) {
      const crowd = await gather(stage);
      await keepBusy(stage, crowd.busy, quietMs);
      const quiet = [...crowd.visited.flatMap(({ clients }) => clients), ...crowd.unvisited];
      demandAlive(stage, quiet, quietCause);
      const users = [...crowd.visited.map(({ user }) => user), crowd.busyUser];
      const arrivals = await Promise.all(users.map((user) => stage.connect({ user })));
      stage.note('a newcomer has come for each of the quiet users but one');
      await keepBusy(stage, crowd.busy, aftermathMs);
      // The last two users are at their limit.
      await awaitVictims(stage, [...quiet, ...crowd.busy], arrivals.slice(-2));
      const isBusySpared = countKilled(stage, crowd.busy) === 0;
      demandAlive(stage, quiet, isBusySpared ? quietCause : evictedCause);
      demandAlive(stage, crowd.busy, evictedCause);
      demandHonest(arrivals.slice(-2));
    },
  };
}

async function gather(stage: Stage): Promise<Quiet> {
  const { limit } = stage.settings;
  const visited: { user: string; clients: readonly ProofClient[] }[] = [];
  for (const count of someUpTo(limit)) {
    const user = stage.user(`quiet-${count}`);
    visited.push({ user, clients: await stage.mustFill(user, count) });
  }
  const unvisited = await stage.mustFill(stage.user('unvisited'), limit);
  const busyUser = stage.user('busy');
  return { visited, unvisited, busyUser, busy: await stage.mustFill(busyUser, limit) };
}

async function keepBusy(stage: Stage, clients: readonly ProofClient[], ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt) {
    for (const client of clients) if (client.end === null) client.send({ type: 'ping' });
    await stage.pause(Math.min(500, Math.max(1, endsAt - performance.now())));
  }
}

/** Those whose sessions are all alive are refused, and told so: no time to come back, since none would change it. */
function demandHonest(arrivals: readonly Arrival[]): void {
  for (const arrival of arrivals) {
    demand(!arrival.isOpen, {
      expected: 'a newcomer over sessions that are all alive to be refused',
      got: 'one more session',
      cause: 'A user holds more sessions than the limit.',
    });
    const { code, reason, retryMs } = arrival.end;
    demand(code === 4429 && reason === 'user-limit' && retryMs === null, {
      expected: 'a refusal with 4429 user-limit and without a time to come back',
      got: `${code} ${reason}${retryMs === null ? '' : `, back in ${retryMs} ms`}`,
      cause: 'A refusal does not say that all sessions of the user are alive.',
    });
  }
}

const farAway: Scenario = {
  name: 'limits/far-away-sessions-live',
  category: 'limits',
  claim: 'Clients that need 400 ms for an answer are not taken for dead by a newcomer.',
  covers: ['I2', 'I9', 'FM-46'],
  async run(stage) {
    const { limit } = stage.settings;
    const proxy = await stage.startProxy();
    const user = stage.user('far');
    const clients: ProofClient[] = [];
    while (clients.length < limit)
      clients.push(await stage.mustConnect({ user, throughPort: proxy.port }));
    proxy.delay(200);
    stage.fault('a round trip takes 400 ms');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const arrival = await stage.connect({ user });
      await stage.pause(aftermathMs / 3);
      await awaitVictims(stage, clients, [arrival]);
      demandAlive(stage, clients, 'A live session was ended because its answers take long.');
      demandHonest([arrival]);
    }
  },
};

const stormed: Scenario = {
  name: 'limits/refused-attempts-harm-nobody',
  category: 'limits',
  claim: 'Whoever is refused again and again neither ends nor delays the sessions in the way.',
  covers: ['I2', 'FM-24', 'FM-25', 'FM-29', 'G6'],
  async run(stage) {
    const { limit } = stage.settings;
    const user = stage.user('stormed');
    const clients = await stage.mustFill(user, limit);
    for (let batch = 1; batch <= 5; batch += 1) {
      const arrivals = await Promise.all(Array.from({ length: 20 }, () => stage.connect({ user })));
      const admitted = arrivals.filter(({ isOpen }) => isOpen).length;
      await awaitVictims(stage, clients, arrivals);
      demandAlive(stage, clients, evictedCause);
      demand(admitted === 0, {
        expected: 'all of twenty newcomers to be refused',
        got: `${admitted} of them in`,
        cause: 'A user holds more sessions than the limit.',
      });
      const sentAt = performance.now();
      await stage.deployment.desk.publish(user, { event: 'tick', data: batch });
      await Promise.all(
        clients.map((client) => client.until(() => client.received.length >= batch, 5_000)),
      );
      stage.sample('event to all sessions', performance.now() - sentAt);
      const behind = clients.filter(({ received }) => received.length < batch).length;
      demand(behind === 0, {
        expected: 'every session to get its events while newcomers are refused',
        got: `${behind} of ${limit} without the event after 5 s`,
        cause: 'Refused newcomers hold up the sessions in their way.',
      });
    }
  },
};

/** No live session dies by clean-up or by newcomers. */
export const liveKill: readonly Scenario[] = [quietSessions(), farAway, stormed];
