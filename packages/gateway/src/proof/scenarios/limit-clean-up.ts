import type { ProofClient } from '../dialer.ts';
import { demand } from '../finding.ts';
import { freezeClients, requestsOf } from './frozen-clients.ts';
import { demandAlive } from './living-clients.ts';
import { demandLogLine } from './log-line.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** A dead manager yields within the probe timeout (1 s) and a tick; the rest is the machine's. */
const yieldsWithinMs = 3_000;

const sixManagers: Scenario = {
  name: 'limits/six-managers-for-one-user-pass-the-limit-by-clean-up',
  category: 'limits',
  claim:
    'With a full limit of which some managers are frozen, one more is let in: the dead are cleaned up before anybody is refused, and the living stay.',
  covers: [
    'I2',
    'I3',
    'FM-16',
    'FM-19',
    'FM-42',
    'seed: test_emergency_cleanup_triggers_before_limit_reached',
    'seed: staging: Resource Limit Test',
    'seed: success criterion: zero "maximum number of WebSocket managers" errors',
  ],
  async run(stage) {
    const { limit } = stage.settings;
    const user = stage.user('ann');
    const dead = Math.max(1, Math.floor(limit / 2));
    const living = await stage.mustFill(user, limit - dead);
    await freezeClients(stage, requestsOf(user, dead));
    const { tookMs } = await admitOver(stage, user);
    demand(tookMs < yieldsWithinMs, {
      expected: `the sixth within ${yieldsWithinMs} ms`,
      got: `${Math.round(tookMs)} ms`,
      cause: 'Clean-up takes so long that the user sees a page that does not connect.',
    });
    await demandAlive(stage, living);
  },
};

/** What one clean-up at the limit adds one to. */
const onceEach = [
  'resource_limit_hits',
  'emergency_cleanup_triggers',
  'successful_emergency_cleanups',
] as const;

const countedCleanUp: Scenario = {
  name: 'limits/manager-limit-clean-up-is-counted-and-logged',
  category: 'limits',
  claim:
    'A clean-up at the limit shows in the numbers and the log in the words operators watch: one hit, one trigger, one success, none failed, and creating took under 100 ms of work.',
  covers: [
    'FM-25',
    'seed: monitoring: emergency_cleanup_triggers',
    'seed: monitoring: successful_emergency_cleanups',
    'seed: monitoring: resource_limit_hits',
    'seed: log line: Emergency cleanup successful - proceeding with manager creation',
    'seed: success criterion: creation latency under 100 ms when emergency cleanup triggers',
    'seed: success criterion: emergency cleanup success rate over 95 %',
  ],
  needsHost: true,
  async run(stage) {
    const { desk, host } = stage.deployment;
    const { limit } = stage.settings;
    const user = stage.user('ann');
    await freezeClients(stage, requestsOf(user, limit));
    const before = await desk.stats();
    await admitOver(stage, user);
    const after = await desk.stats();
    for (const name of onceEach) demandRise(name, Number(before[name]) + 1, after);
    const { failed_emergency_cleanups: failedBefore } = before;
    demandRise('failed_emergency_cleanups', Number(failedBefore), after);
    demandQuickWork(stage, after);
    await demandLogLine(
      stage,
      host,
      'Emergency cleanup successful - proceeding with manager creation',
    );
  },
};

const waves = 3;

const rapidCreation: Scenario = {
  name: 'limits/rapid-connection-creation-triggers-emergency-cleanup',
  category: 'limits',
  claim:
    'One run after the other fills the limit and is abandoned without a close, as test suites do: each next run gets all its managers at once, without waiting for a background clean-up.',
  covers: ['I3', 'FM-59', 'seed: test_rapid_connection_creation_triggers_emergency_cleanup'],
  async run(stage) {
    const { limit } = stage.settings;
    const user = stage.user('suite');
    for (let wave = 1; wave <= waves; wave += 1) {
      const run = await freezeAfterFill(stage, user, limit);
      demand(run.isComplete, {
        expected: `run ${wave} of ${waves} to get all ${limit} managers`,
        got: run.told,
        cause:
          'Managers that were abandoned keep their slots: a user who comes back in a hurry is locked out.',
      });
    }
    const { count } = await stage.deployment.desk.countOf(user);
    demand(count <= limit, {
      expected: `at most ${limit} managers`,
      got: `${count}`,
      cause: 'The limit does not hold while managers are abandoned and replaced.',
    });
  },
};

interface Filling {
  readonly isComplete: boolean;
  readonly told: string;
}

async function freezeAfterFill(stage: Stage, user: string, count: number): Promise<Filling> {
  const clients = await stage.startClients();
  const opened = await clients.open(requestsOf(user, count));
  for (const { tookMs } of opened) stage.sample('connect', tookMs);
  clients.freeze();
  stage.fault(`${count} clients are frozen`);
  const refused = opened.find(({ isOpen }) => !isOpen)?.end;
  const told = `a refusal with ${refused?.code} ${refused?.reason}`;
  return { isComplete: refused === undefined, told };
}

async function admitOver(
  stage: Stage,
  user: string,
): Promise<{ readonly client: ProofClient; readonly tookMs: number }> {
  const arrival = await stage.connect({ user });
  demand(arrival.isOpen, {
    expected: 'one manager over a full limit to be let in, since others are frozen',
    got: arrival.isOpen ? '' : `${arrival.end.code} ${arrival.end.reason}`,
    cause:
      'Hard limit without a clean-up: a user is locked out by connections of theirs that are dead.',
  });
  stage.note('the newcomer was let in');
  return arrival;
}

type Stats = Readonly<Record<string, unknown>>;

function demandRise(name: string, expected: number, stats: Stats): void {
  demand(stats[name] === expected, {
    expected: `${name} of ${expected} after one clean-up at the limit`,
    got: String(stats[name]),
    cause: `The number ${name} does not say what happened: alerts on it are blind, or ring for nothing.`,
  });
}

function demandQuickWork(stage: Stage, stats: Stats): void {
  const { p99 } = (stats['creation_latency_ms'] ?? {}) as { readonly p99?: number };
  if (p99 !== undefined) stage.sample('creation-work-p99', p99);
  demand(p99 !== undefined && p99 < 100, {
    expected: 'creation_latency_ms.p99 under 100 ms',
    got: `${p99}`,
    cause: 'Cleaning up at the limit holds up the creation of managers.',
  });
}

/** What happens at the limit when some of those who hold it are dead. */
export const limitCleanUp: readonly Scenario[] = [sixManagers, countedCleanUp, rapidCreation];
