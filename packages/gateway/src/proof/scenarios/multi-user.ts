import type { ProofClient } from '../dialer.ts';
import { demand } from '../finding.ts';
import { demandLimitRefusal } from './limit-refusal.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const users = 10;

const tenUsers: Scenario = {
  name: 'multi-user/ten-users-with-all-their-managers-at-the-limit',
  category: 'multi-user',
  claim:
    'Ten users who connect at the same time each get their full allocation, each is refused one more, and none of them notices the others.',
  covers: [
    'I1',
    'I8',
    'seed: test_multiple_users_can_reach_individual_limits_safely',
    'seed: staging: Multi-User Load Test',
  ],
  async run(stage) {
    const { limit } = stage.settings;
    const names = Array.from({ length: users }, (_, at) => stage.user(`user${at}`));
    const clients = await Promise.all(names.map(async (user) => await stage.mustFill(user, limit)));
    await Promise.all(
      names.map(async (user) => demandLimitRefusal(await stage.connect({ user }), limit)),
    );
    for (const user of names) await demandCount(stage, user, limit);
    await demandOwnEvents(stage, clients.flat());
  },
};

/** Beginnings of each other, a name and a connection joined, letter case, and what stands for nobody. */
const alikes = ['1', '12', 'a', 'a:b', 'A:B', 'a%b', 'null', 'undefined'];

const similarNames: Scenario = {
  name: 'multi-user/similar-names-never-share-a-manager-limit',
  category: 'multi-user',
  claim:
    'Users whose names begin alike, or look like a name and a connection, have limits, events and clean-ups of their own.',
  covers: ['I8', 'FM-04', 'FM-21', 'FM-22'],
  async run(stage) {
    const { limit } = stage.settings;
    const asked = alikes.map((name) => stage.user(name));
    const clients: ProofClient[] = [];
    for (const user of asked) clients.push(...(await stage.mustFill(user, limit)));
    await demandOwnEvents(stage, clients);
    const closed = [stage.user('1'), stage.user('a:b')];
    for (const user of closed) await stage.deployment.desk.close(user);
    const others = asked.filter((user) => !closed.includes(user));
    for (const user of others) await demandCount(stage, user, limit);
    const ended = clients.find(({ user, end }) => end !== null && !closed.includes(user));
    demand(ended === undefined, {
      expected: `only the managers of ${closed.join(' and ')} to be closed`,
      got: `one of ${ended?.user} closed, too`,
      cause: sharedNames,
    });
  },
};

const sharedNames =
  'Users are matched by a part of their names: an order for one hits others, or they share a limit.';

async function demandCount(stage: Stage, user: string, expected: number): Promise<void> {
  const { count } = await stage.deployment.desk.countOf(user);
  demand(count === expected, {
    expected: `${expected} managers of ${user}`,
    got: `${count}`,
    cause: sharedNames,
  });
}

/** Publishes one event to each user; every client gets its user's, and nobody else's. */
async function demandOwnEvents(stage: Stage, clients: readonly ProofClient[]): Promise<void> {
  const names = [...new Set(clients.map(({ user }) => user))];
  await Promise.all(
    names.map(async (user) => {
      await stage.deployment.desk.publish(user, { event: 'whose', data: user });
    }),
  );
  for (const client of clients) {
    const isThere = await client.until(() => client.received.length > 0, 3_000);
    const got = client.received.map(({ data }) => String(data));
    demand(isThere && got.length === 1 && got[0] === client.user, {
      expected: `one event, for ${client.user}`,
      got: got.length === 0 ? 'none' : got.join(', '),
      cause: isThere
        ? "One user's data is delivered to another."
        : 'A connected user does not get what is published.',
    });
  }
}

/** Users beside each other. */
export const multiUser: readonly Scenario[] = [tenUsers, similarNames];
