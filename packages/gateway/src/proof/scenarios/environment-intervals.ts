import { demand } from '../finding.ts';
import type { Deployment } from '../deployment.ts';
import { demandLogLine } from './log-line.ts';
import type { Scenario } from './scenario.ts';

const seconds = 1_000;

const intervals: Readonly<Record<string, number>> = {
  test: 30 * seconds,
  ci: 30 * seconds,
  development: 120 * seconds,
  staging: 300 * seconds,
  production: 300 * seconds,
};

const ofTheTarget: Scenario = {
  name: 'environment/clean-up-runs-at-the-interval-of-the-environment',
  category: 'environment',
  claim:
    'The background clean-up has started and does not fail, and its interval is the one of the environment the target says it runs in.',
  covers: [
    'FM-58',
    'FM-64',
    'seed: staging: Environment Detection Test',
    'seed: test_environment_aware_cleanup_intervals',
    'seed: monitoring: background_cleanup_task_started',
    'seed: monitoring: background_cleanup_failures',
    'seed: success criterion: environment awareness',
  ],
  async run(stage) {
    const stats = await stage.deployment.desk.stats();
    const told = String(stats['environment']);
    const wanted = stage.settings.environment ?? told;
    demand(told === wanted, {
      expected: `a target in the environment ${wanted}`,
      got: told,
      cause: 'The target runs with the settings of another environment than the one it is in.',
    });
    const intervalMs = intervals[told];
    demand(intervalMs !== undefined, {
      expected: `one of the environments ${Object.keys(intervals).join(', ')}`,
      got: told,
      cause: 'The target says it runs in an environment that nobody knows.',
    });
    await demandInterval(stage.deployment, intervalMs);
    demand(stats['background_cleanup_task_started'] === true, {
      expected: 'background_cleanup_task_started to be true',
      got: String(stats['background_cleanup_task_started']),
      cause: 'The background clean-up has not started: only pressure at the limit frees the dead.',
    });
    const { faults } = await stage.deployment.desk.health();
    const failures = Number(stats['background_cleanup_failures']);
    // A target that runs for weeks may have had a failure that is long over: one that stands is a fault.
    const isFailing = stage.deployment.host === null ? faults.includes('sweep') : failures > 0;
    demand(!isFailing, {
      expected: 'a background clean-up that does not fail',
      got: `background_cleanup_failures ${failures}, faults: ${faults.join(', ') || 'none'}`,
      cause: 'The background clean-up fails: look at the faults in /healthz.',
    });
  },
};

/** A gateway started in one environment has its interval. */
function startedIn(environment: string, title: string, covers: readonly string[]): Scenario {
  const intervalMs = intervals[environment] ?? 0;
  return {
    name: `environment/${title}`,
    category: 'environment',
    claim: `A gateway in the environment ${environment} cleans up every ${intervalMs / seconds} seconds, says so, and logs that its clean-up has started.`,
    covers,
    flags: ['--env', environment],
    async run(stage) {
      await demandEnvironment(stage.deployment, environment);
      await demandInterval(stage.deployment, intervalMs);
      const { host } = stage.deployment;
      await demandLogLine(stage, host, 'Background cleanup task started successfully');
    },
  };
}

const unknownName: Scenario = {
  name: 'environment/unknown-name-behaves-as-production-and-warns',
  category: 'environment',
  claim:
    'An environment with a name that nobody knows gets the settings of production, and a warning in the log.',
  covers: ['FM-64'],
  flags: ['--env', 'stagging'],
  async run(stage) {
    await demandEnvironment(stage.deployment, 'production');
    await demandInterval(stage.deployment, 300 * seconds);
    const warned = (stage.deployment.host?.logs ?? []).some(
      ({ msg, level }) => String(msg).includes('stagging') && String(level) !== 'info',
    );
    demand(warned, {
      expected: 'a warning in the log that names the unknown environment',
      got: 'none',
      cause: 'A mistyped environment goes unnoticed: it runs with settings nobody asked for.',
    });
  },
};

const explicitInterval: Scenario = {
  name: 'environment/explicit-interval-wins',
  category: 'environment',
  claim: 'An interval that was given wins over the one of the environment.',
  covers: ['FM-64'],
  flags: ['--env', 'production', '--cleanup-interval', '45s'],
  async run(stage) {
    await demandEnvironment(stage.deployment, 'production');
    await demandInterval(stage.deployment, 45 * seconds);
  },
};

/** Variables of a machine, and the environment they mean. */
const detections: readonly {
  readonly variables: Readonly<Record<string, string>>;
  readonly environment: string;
}[] = [
  { variables: { ENVIRONMENT: 'staging' }, environment: 'staging' },
  { variables: { NODE_ENV: 'testing' }, environment: 'test' },
  { variables: { ENVIRONMENT: 'CI', NODE_ENV: 'production' }, environment: 'ci' },
  { variables: { HOLDFAST_ENV: 'dev', ENVIRONMENT: 'staging' }, environment: 'development' },
  { variables: {}, environment: 'production' },
];

const detection: Scenario = {
  name: 'environment/is-detected-from-variables',
  category: 'environment',
  claim:
    'Without a flag the environment comes from HOLDFAST_ENV, else ENVIRONMENT, else NODE_ENV; with none of them it is production.',
  covers: ['FM-64', 'seed: staging: Environment Detection Test'],
  needsHost: true,
  async run(stage) {
    for (const { variables, environment } of detections) {
      const other = await stage.startOther([], { variables, isEnvironmentUntold: true });
      await demandEnvironment(other, environment);
      await demandInterval(other, intervals[environment] ?? 0);
      await other.host?.stop();
    }
  },
};

async function demandEnvironment({ desk }: Deployment, expected: string): Promise<void> {
  const { environment } = await desk.stats();
  demand(environment === expected, {
    expected: `the environment ${expected}`,
    got: String(environment),
    cause:
      'The environment is detected wrongly: clean-up runs too seldom in tests, or too often in production.',
  });
}

/** @throws Finding where the numbers or the health tell another interval */
async function demandInterval({ desk }: Deployment, expectedMs: number): Promise<void> {
  const { cleanup_interval_ms: ofStats } = await desk.stats();
  const { cleanupIntervalMs: ofHealth } = await desk.health();
  demand(ofStats === expectedMs && ofHealth === expectedMs, {
    expected: `a clean-up every ${expectedMs / seconds} s`,
    got: `${Number(ofStats) / seconds} s in the numbers, ${ofHealth / seconds} s in the health`,
    cause:
      'The clean-up runs at another interval than the environment, or the option that was given, asks for.',
  });
}

/** Environments and what they decide: the interval of the clean-up. */
export const environmentIntervals: readonly Scenario[] = [
  ofTheTarget,
  startedIn('test', 'test-cleans-up-every-30-seconds', [
    'FM-64',
    'seed: test_test_environment_30_second_cleanup_interval',
    'seed: log line: Background cleanup task started successfully',
  ]),
  startedIn('ci', 'ci-cleans-up-every-30-seconds', ['FM-64']),
  startedIn('development', 'development-cleans-up-every-2-minutes', ['FM-64']),
  startedIn('staging', 'staging-cleans-up-every-5-minutes', ['FM-64']),
  startedIn('production', 'production-cleans-up-every-5-minutes', [
    'FM-64',
    'seed: test_production_environment_5_minute_cleanup_interval',
  ]),
  unknownName,
  explicitInterval,
  detection,
];
