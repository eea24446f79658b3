import type { Deployment, Health } from '../deployment.ts';
import { demand } from '../finding.ts';
import { brokenFlags, breakCleanUp } from './broken-clean-up.ts';
import { freezeClients, requestsOf } from './frozen-clients.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const container: Scenario = {
  name: 'environment/background-clean-up-starts-in-a-container',
  category: 'environment',
  claim:
    'As process 1 of a container, with half a processor, few descriptors, a read-only folder and no terminal, the gateway starts its background clean-up, cleans up at the limit, and ends with status 0 on SIGTERM.',
  covers: [
    'FM-58',
    'FM-59',
    'seed: test_container_event_loop_compatibility',
    'seed: staging: Background Task Test',
    'seed: success criterion: 100 % background task startup in containers',
  ],
  needsHost: true,
  async run(stage) {
    const tell = (what: string): void => stage.note(what);
    const other = await stage.startOther([], {
      container: { cpuShare: 0.5, openFiles: 256, tell },
    });
    await demandRunning(stage, other);
    await demandServes(stage, other);
    const status = await other.host?.stop();
    demand(status === 0, {
      expected: 'exit status 0 on SIGTERM',
      got: `${status}`,
      cause: 'As process 1 it does not stop when asked: every roll-out waits for the kill.',
    });
  },
};

const failureIsTold: Scenario = {
  name: 'environment/background-clean-up-failure-is-told-and-retried',
  category: 'environment',
  claim:
    'A background clean-up that cannot start is a fault in health, a number and a log line, never silence; managers are created meanwhile, and it starts by itself when it can.',
  covers: [
    'I6',
    'I10',
    'FM-58',
    'FM-60',
    'FM-63',
    'seed: test_background_task_failure_is_explicit_not_silent',
    'seed: log line: Silent RuntimeError in background task creation must not appear',
  ],
  needsHost: true,
  async run(stage) {
    const other = await stage.startOther(brokenFlags, breakCleanUp(6));
    const health = await other.desk.health();
    demand(!health.cleanupRunning && health.cleanupFailures > 0, {
      expected: 'health to say that the clean-up does not run, and how often it has failed',
      got: describe(health),
      cause: 'A background clean-up that cannot start fails silently.',
    });
    const stats = await other.desk.stats();
    demand(Number(stats['background_cleanup_failures']) > 0, {
      expected: 'background_cleanup_failures over 0',
      got: String(stats['background_cleanup_failures']),
      cause: 'The number that alerts watch does not count the failures to start.',
    });
    demand(other.host?.logs.some(({ event }) => event === 'sweepFailed') === true, {
      expected: 'a log line for the failure',
      got: 'none',
      cause: 'A background clean-up that cannot start leaves no trace in the log.',
    });
    await demandServes(stage, other);
    await demandRunning(stage, other);
  },
};

async function demandRunning(stage: Stage, { desk }: Deployment): Promise<void> {
  const isRunning = await stage.eventually(
    async () => (await desk.health()).cleanupRunning,
    20_000,
  );
  demand(isRunning, {
    expected: 'the background clean-up to run',
    got: describe(await desk.health()),
    cause:
      'The background clean-up does not start here: only pressure at the limit frees the dead.',
  });
  const { background_cleanup_task_started: isStarted } = await desk.stats();
  demand(isStarted === true, {
    expected: 'background_cleanup_task_started to be true',
    got: String(isStarted),
    cause: 'The numbers say that the background clean-up has not started, though it runs.',
  });
}

/** A user with all managers frozen but one is let in. */
async function demandServes(stage: Stage, other: Deployment): Promise<void> {
  const { limit } = stage.settings;
  const user = stage.user('ann');
  await freezeClients(stage, requestsOf(user, limit), other);
  const arrival = await other.dialer.dial({ user });
  demand(arrival.isOpen, {
    expected: 'one manager over a full limit to be let in, since the others are frozen',
    got: arrival.isOpen ? '' : `${arrival.end.code} ${arrival.end.reason}`,
    cause: 'Clean-up at the limit does not work here.',
  });
  await arrival.client.close();
}

function describe({ status, cleanupRunning, cleanupFailures, faults }: Health): string {
  const running = cleanupRunning ? 'running' : 'not running';
  return `${status}, ${running}, ${cleanupFailures} failures, faults: ${faults.join(', ') || 'none'}`;
}

/** The background clean-up where it is hard, and where it cannot be. */
export const environmentBackground: readonly Scenario[] = [container, failureIsTold];
