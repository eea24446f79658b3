import { demand } from '../finding.ts';
import { limitChanges } from './limit-changes.ts';
import { limitCleanUp } from './limit-clean-up.ts';
import { managerCounts } from './limit-counts.ts';
import { manualCleanUps } from './limit-manual.ts';
import { demandLimitRefusal } from './limit-refusal.ts';
import { demandAlive } from './living-clients.ts';
import type { Scenario } from './scenario.ts';

const reloads: Scenario = {
  name: 'limits/reloads-never-reach-the-limit',
  category: 'limits',
  claim: 'A close frees its slot at once: a user who reloads the page all day is never refused.',
  covers: ['I3', 'FM-01'],
  async run(stage) {
    const user = stage.user('ann');
    const rounds = 10 * stage.settings.limit;
    for (let round = 1; round <= rounds; round += 1) {
      const arrival = await stage.connect({ user });
      demand(arrival.isOpen, {
        expected: `connect ${round} of ${rounds} to be accepted, since all before it had closed`,
        got: arrival.isOpen ? '' : `${arrival.end.code} ${arrival.end.reason}`,
        cause: 'Slots are not given back when a client closes.',
      });
      await arrival.client.close();
    }
    const isFree = await stage.eventually(
      async () => (await stage.deployment.desk.countOf(user)).count === 0,
      1_000,
    );
    demand(isFree, {
      expected: 'a count of 0 when all clients have closed',
      got: `${(await stage.deployment.desk.countOf(user)).count}`,
      cause: 'Slots are not given back when a client closes.',
    });
  },
};

const refusals = 3;

const honestRefusal: Scenario = {
  name: 'limits/manager-limit-refusal-is-honest',
  category: 'limits',
  claim:
    'Over the limit, with all managers alive, a newcomer is refused at once with 4429 and no time to come back; it is never an authentication failure, and no living manager pays for it.',
  covers: [
    'I1',
    'I2',
    'FM-24',
    'FM-25',
    'FM-27',
    'FM-28',
    'FM-45',
    'seed: success criterion: clear error messages',
  ],
  async run(stage) {
    const { limit } = stage.settings;
    const user = stage.user('ann');
    const living = await stage.mustFill(user, limit);
    for (let at = 0; at < refusals; at += 1)
      demandLimitRefusal(await stage.connect({ user }), limit);
    await demandAlive(stage, living);
    await living[0]?.close();
    await stage.mustConnect({ user });
  },
};

/** The limit and its owner. */
export const limits: readonly Scenario[] = [
  ...limitCleanUp,
  honestRefusal,
  reloads,
  ...limitChanges,
  ...managerCounts,
  ...manualCleanUps,
];
