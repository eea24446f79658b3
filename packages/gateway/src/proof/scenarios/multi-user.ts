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

const similarNames: Scenario = {
  name: 'multi-user/similar-names-never-share-a-manager-limit',
  category: 'multi-user',
  claim:
    'Users whose names begin alike, or look like a name and a connection, have limits, events and clean-ups of their own.',
  covers: ['I8', 'FM-04', 'FM-21', 'FM-22'],
  async run(stage) {
    const { limit } = stage.settings;
    const { desk } = stage.deployment;
    const full = ['12', 'a:b', 'a%b', 'null'].map((name) => stage.user(name));
    const empty = ['1', 'a', 'A:B', 'undefined'].map((name) => stage.user(name));
    const holders = [];
    for (const user of full) holders.push(...(await stage.mustFill(user, limit)));
    const newcomers = [];
    for (const user of empty) newcomers.push(...(await stage.mustFill(user, limit)));
    await demandOwnEvents(stage, [...holders, ...newcomers]);
    for (const user of full) await desk.close(user);
    for (const user of empty) await demandCount(stage, user, limit);
    const ended = newcomers.find(({ end }) => end !== null);
    demand(ended === undefined, {
      expected: 'only the managers of the users named to be closed',
      got: `one of ${ended?.user ?? ''} closed, too`,
      cause: 'Users are matched by the beginning of their names: an order for one hits others.',
    });
  },
};

async function demandCount(stage: Stage, user: string, expected: number): Promise<void> {
  const { count } = await stage.deployment.desk.countOf(user);
  demand(count === expected, {
    expected: `${expected} managers of ${user}`,
    got: `${count}`,
    cause: "One user's managers are counted for another, or are gone.",
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
