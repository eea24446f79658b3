import { demand } from '../finding.ts';
import { freezeClients, requestsOf } from './frozen-clients.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const churners = 10;
/** Below the rate of connects that one user is allowed by default: bursts of 200. */
const cyclesEach = 60;
const abandoners = 4;

export const fasterThanCleanUp: Scenario = {
  name: 'load/managers-created-faster-than-the-clean-up-interval',
  category: 'load',
  claim:
    'Managers that come and go, or are abandoned, faster than any background clean-up runs never lock their users out, and nothing is left of them.',
  covers: [
    'I3',
    'I5',
    'FM-59',
    'seed: test_create_managers_faster_than_cleanup_interval',
    'seed: success criterion: emergency cleanup success rate over 95 %',
  ],
  async run(stage) {
    const names = Array.from({ length: churners }, (_, at) => stage.user(`churner${at}`));
    await Promise.all(names.map(async (user) => await churn(stage, user)));
    for (const user of names) await demandNone(stage, user);
    const abandoned = Array.from({ length: abandoners }, (_, at) => stage.user(`abandoner${at}`));
    const { limit } = stage.settings;
    await freezeClients(
      stage,
      abandoned.flatMap((user) => requestsOf(user, limit)),
    );
    await Promise.all(abandoned.map(async (user) => await replaceAll(stage, user)));
  },
};

async function churn(stage: Stage, user: string): Promise<void> {
  for (let cycle = 0; cycle < cyclesEach; cycle += 1) {
    const client = await stage.mustConnect({ user });
    if (cycle % 2 === 0) client.drop();
    else await client.close();
  }
}

async function replaceAll(stage: Stage, user: string): Promise<void> {
  const { limit } = stage.settings;
  const arrivals = await Promise.all(
    requestsOf(user, limit).map(async (request) => await stage.connect(request)),
  );
  const refused = arrivals.find(({ isOpen }) => !isOpen);
  demand(refused === undefined, {
    expected: `${limit} new managers in the place of ${limit} that were abandoned`,
    got: refused?.isOpen === false ? `${refused.end.code} ${refused.end.reason}` : '',
    cause:
      'Only the background clean-up frees abandoned managers: until it runs, users are locked out.',
  });
  const { count } = await stage.deployment.desk.countOf(user);
  demand(count <= limit, {
    expected: `at most ${limit} managers`,
    got: `${count}`,
    cause: 'The limit does not hold while abandoned managers are replaced.',
  });
}

async function demandNone(stage: Stage, user: string): Promise<void> {
  const isEmpty = await stage.eventually(
    async () => (await stage.deployment.desk.countOf(user)).count === 0,
    2_000,
  );
  demand(isEmpty, {
    expected: 'no manager once all have left',
    got: `${(await stage.deployment.desk.countOf(user)).count}`,
    cause: 'Managers accumulate: what has left is still counted.',
  });
}

const crowd = 8;
const stormMs = 3_000;

export const concurrentCleanUp: Scenario = {
  name: 'load/concurrent-manager-creation-and-clean-up',
  category: 'load',
  claim:
    'While managers are created, closed and cleaned up all at once, no user ever holds more than the limit, no living manager is cleaned up, and the counts are right afterwards.',
  covers: [
    'I1',
    'I2',
    'FM-20',
    'FM-51',
    'FM-57',
    'seed: test_concurrent_manager_creation_and_cleanup',
  ],
  async run(stage) {
    const names = Array.from({ length: crowd }, (_, at) => stage.user(`user${at}`));
    const steady = await Promise.all(names.map(async (user) => await stage.mustConnect({ user })));
    const endsAtMs = performance.now() + stormMs;
    const isOn = (): boolean => performance.now() < endsAtMs;
    await Promise.all(
      names.flatMap((user) => [
        comeAndGo(stage, user, isOn),
        comeAndGo(stage, user, isOn),
        cleanUp(stage, user, isOn),
        watch(stage, user, isOn),
      ]),
    );
    const ended = steady.find(({ end }) => end !== null);
    demand(ended === undefined, {
      expected: 'the manager each user had all the time to stay',
      got: `one closed with ${ended?.end?.code} ${ended?.end?.reason}`,
      cause: 'Clean-up beside creation ends living sessions.',
    });
    for (const user of names) await demandOne(stage, user);
  },
};

type IsOn = () => boolean;

/** Bursts over the limit, of which some are refused: that is right while the others live. */
async function comeAndGo(stage: Stage, user: string, isOn: IsOn): Promise<void> {
  const burst = Math.max(2, Math.ceil(stage.settings.limit / 2));
  while (isOn()) {
    const arrivals = await Promise.all(
      requestsOf(user, burst).map(async (request) => await stage.connect(request)),
    );
    for (const arrival of arrivals) {
      if (!arrival.isOpen) continue;
      if (stage.random.chance(0.5)) arrival.client.drop();
      else await arrival.client.close();
    }
    await stage.pause(stage.random.between(100, 300));
  }
}

async function cleanUp(stage: Stage, user: string, isOn: IsOn): Promise<void> {
  while (isOn()) {
    await stage.deployment.desk.reap(user);
    await stage.pause(stage.random.between(5, 40));
  }
}

async function watch(stage: Stage, user: string, isOn: IsOn): Promise<void> {
  const { limit } = stage.settings;
  while (isOn()) {
    const { count, sessions } = await stage.deployment.desk.countOf(user);
    demand(count <= limit && sessions.length === count, {
      expected: `at most ${limit} managers at every look, as many listed as counted`,
      got: `${count} counted, ${sessions.length} listed`,
      cause:
        'Between the check of the limit and the new manager another one slips in, or the count is kept beside the list.',
    });
    await stage.pause(10);
  }
}

async function demandOne(stage: Stage, user: string): Promise<void> {
  const isSettled = await stage.eventually(
    async () => (await stage.deployment.desk.countOf(user)).count === 1,
    2_000,
  );
  demand(isSettled, {
    expected: 'a count of 1 for each user once the others have left',
    got: `${(await stage.deployment.desk.countOf(user)).count}`,
    cause: 'Creation and clean-up at the same time leave the count wrong.',
  });
}
