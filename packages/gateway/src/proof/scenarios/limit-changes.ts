import type { ProofClient } from '../dialer.ts';
import { demand } from '../finding.ts';
import { demandLimitRefusal } from './limit-refusal.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** How far the limit is moved in both directions. */
const step = 2;

const changesAtRunTime: Scenario = {
  name: 'limits/manager-limit-changes-at-run-time',
  category: 'limits',
  claim:
    'A limit raised or lowered at run time holds for the next newcomer, is told to it, ends no living manager, and can be taken back.',
  covers: ['I1', 'I2', 'FM-17', 'FM-18'],
  async run(stage) {
    const { limit } = stage.settings;
    const { desk } = stage.deployment;
    const user = stage.user('ann');
    const living = [...(await stage.mustFill(user, limit))];

    await desk.setLimit(user, limit + step);
    living.push(...(await stage.mustFill(user, step)));
    demandLimitRefusal(await stage.connect({ user }), limit + step);
    demandTold(living.at(-1), limit + step);

    const lowered = Math.max(1, limit - step);
    await desk.setLimit(user, lowered);
    demandLimitRefusal(await stage.connect({ user }), lowered);
    await demandCount(stage, user, limit + step);
    // One below the limit in force: then exactly one is let in again.
    for (const client of living.splice(0, living.length - lowered + 1)) await client.close();
    living.push(await stage.mustConnect({ user }));
    demandLimitRefusal(await stage.connect({ user }), lowered);

    await desk.setLimit(user, null);
    living.push(...(await stage.mustFill(user, limit - lowered)));
    demandLimitRefusal(await stage.connect({ user }), limit);
    demandTold(living.at(-1), limit);
    await demandCount(stage, user, limit);
  },
};

function demandTold(client: ProofClient | undefined, limit: number): void {
  const told = client?.limit ?? null;
  demand(told === null || told === limit, {
    expected: `the newest manager to be told a limit of ${limit}`,
    got: `${told}`,
    cause: 'Clients are told another limit than the one in force.',
  });
}

async function demandCount(stage: Stage, user: string, expected: number): Promise<void> {
  const settles = async (): Promise<boolean> =>
    (await stage.deployment.desk.countOf(user)).count === expected;
  demand(await stage.eventually(settles, 1_000), {
    expected: `a count of ${expected} living managers`,
    got: `${(await stage.deployment.desk.countOf(user)).count}`,
    cause:
      'A change of the limit ended living managers, or the count does not follow what happens.',
  });
}

/** A limit that changes. */
export const limitChanges: readonly Scenario[] = [changesAtRunTime];
