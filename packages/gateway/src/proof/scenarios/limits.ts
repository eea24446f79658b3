import { demand } from '../finding.ts';
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

/** The limit and its owner. */
export const limits: readonly Scenario[] = [reloads];
