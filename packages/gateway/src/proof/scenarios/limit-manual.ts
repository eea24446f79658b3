import type { Deployment } from '../deployment.ts';
import { demand } from '../finding.ts';
import { breakCleanUp, brokenFlags } from './broken-clean-up.ts';
import { freezeClients, requestsOf } from './frozen-clients.ts';
import { demandLogLine } from './log-line.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** The pings of a user who has a slot to spare are this far apart, and this patient. */
const quickPings = [
  '--ping-interval',
  '1s',
  '--pressure-ping-interval',
  '1s',
  '--ping-timeout',
  '1s',
];

const manualCleanUp: Scenario = {
  name: 'limits/manual-clean-up-works-while-the-background-fails',
  category: 'limits',
  claim:
    'With a background clean-up that never runs, an operator cleans up by hand: reap removes the dead and keeps the living, close ends all of a user.',
  covers: [
    'I2',
    'I10',
    'FM-62',
    'FM-65',
    'FM-66',
    'seed: test_manual_cleanup_apis_work_when_background_fails',
    'seed: success criterion: manual recovery capability',
    'seed: log line: EMERGENCY CLEANUP COMPLETE: Cleaned N managers',
  ],
  needsHost: true,
  async run(stage) {
    const flags = [...brokenFlags, ...quickPings];
    const other = await stage.startOther(flags, breakCleanUp(Number.MAX_SAFE_INTEGER));
    const user = stage.user('ann');
    const living = await other.dialer.dial({ user });
    const dead = await freezeElsewhere(stage, other, user);
    const isGone = await stage.eventually(async () => {
      await other.desk.reap(user);
      return (await other.desk.countOf(user)).count === 1;
    }, 8_000);
    demand(isGone && living.isOpen && living.client.end === null, {
      expected: `the ${dead} frozen managers to be gone by hand, the living one to stay`,
      got: `${(await other.desk.countOf(user)).count} left`,
      cause:
        'Cleaning up by hand does not work without the background, or takes the living with it.',
    });
    await demandLogLine(stage, other.host, 'EMERGENCY CLEANUP COMPLETE: Cleaned');
    const closed = await other.desk.close(user);
    demand(closed.length === 1 && (await other.desk.countOf(user)).count === 0, {
      expected: 'the order to close all to end the one that is left',
      got: `${closed.length} closed, ${(await other.desk.countOf(user)).count} left`,
      cause: 'An operator cannot end the managers of a user.',
    });
  },
};

async function freezeElsewhere(stage: Stage, other: Deployment, user: string): Promise<number> {
  const count = Math.max(1, stage.settings.limit - 1);
  await freezeClients(stage, requestsOf(user, count), other);
  return count;
}

/** Cleaning up by hand. */
export const manualCleanUps: readonly Scenario[] = [manualCleanUp];
