import { demand } from '../finding.ts';
import type { ProofClient } from '../dialer.ts';
import type { Scenario } from './scenario.ts';
import { demandNumbers, numbersFrom, publishNumbers } from './streams.ts';

const kept = 10;

const overflow: Scenario = {
  name: 'resume/an-overflow-is-told',
  category: 'resume',
  claim:
    'A client that was away for longer than the history reaches is told so, and gets the rest.',
  covers: ['I4', 'D5', 'FM-76', 'FM-79'],
  flags: ['--history-events', String(kept)],
  async run(stage) {
    const user = stage.user('away');
    const first = await stage.mustConnect({ user });
    await publishNumbers(stage, user, { count: 2 });
    await demandNumbers(stage, first, { numbers: [0, 1], after: 'connecting' });
    first.drop();
    await publishNumbers(stage, user, { first: 2, count: 3 * kept });
    stage.fault(`${3 * kept} events for a history of ${kept}`);
    const second = await stage.mustConnect({ user, resume: first.position });
    demandTold(second, 'overflow', 'events that were pushed out of the history');
    await demandNumbers(stage, second, {
      numbers: numbersFrom(2 + 2 * kept, kept),
      after: 'being away for too long',
    });
  },
};

const restart: Scenario = {
  name: 'resume/a-restart-is-told',
  category: 'resume',
  claim:
    'A client that comes back to a target that was started anew is told that its record is gone.',
  covers: ['I4', 'D5'],
  needsHost: true,
  async run(stage) {
    const user = stage.user('survivor');
    const first = await stage.mustConnect({ user });
    await publishNumbers(stage, user, { count: 3 });
    await demandNumbers(stage, first, { numbers: [0, 1, 2], after: 'connecting' });
    const anew = await stage.startOther([]);
    await stage.deployment.host?.stop();
    stage.fault('the target ends, and another one takes its place');
    const arrival = await anew.dialer.dial({ user, resume: first.position });
    demand(arrival.isOpen, {
      expected: 'a client with an old ticket to have a session',
      got: arrival.isOpen ? '' : `${arrival.end.code} ${arrival.end.reason}`,
      cause: 'A client with an old ticket is locked out after a restart.',
    });
    demandTold(arrival.client, 'epoch', 'a record that went with the process');
    arrival.client.drop();
  },
};

function demandTold({ gaps, resumed }: ProofClient, reason: string, what: string): void {
  demand(gaps.length > 0, {
    expected: `a gap to be told over ${what}`,
    got: `a resume called ${resumed ?? 'nothing'}`,
    cause: 'Events were lost without a word.',
  });
  demand(
    gaps.some((gap) => gap.reason === reason),
    {
      expected: `the reason ${reason} for a gap over ${what}`,
      got: gaps.map((gap) => gap.reason).join(', '),
      cause: 'A gap is told with a reason that is not the right one.',
    },
  );
}

/** Where something is gone, it is said. */
export const resumeGaps: readonly Scenario[] = [overflow, restart];
