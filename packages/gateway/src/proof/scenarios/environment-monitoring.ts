import { demand } from '../finding.ts';
import type { Scenario } from './scenario.ts';

/** The numbers operators watch, by their names in the seed document. */
const numbers = [
  'background_cleanup_failures',
  'emergency_cleanup_triggers',
  'managers_created_per_minute',
  'managers_cleaned_up_per_minute',
  'resource_limit_hits',
  'successful_emergency_cleanups',
  'users_at_manager_limit',
  'average_managers_per_user',
  'max_concurrent_managers',
] as const;

const monitoring: Scenario = {
  name: 'environment/monitoring-numbers-are-there-and-move',
  category: 'environment',
  claim:
    'Every number that operators are told to watch is there under its name, and those about users move with a user who fills the limit.',
  covers: [
    'FM-15',
    ...['background_cleanup_task_started', ...numbers].map((name) => `seed: monitoring: ${name}`),
  ],
  async run(stage) {
    const { desk } = stage.deployment;
    const before = await desk.stats();
    demand(typeof before['background_cleanup_task_started'] === 'boolean', {
      expected: 'background_cleanup_task_started to be true or false',
      got: String(before['background_cleanup_task_started']),
      cause: 'A number that alerts are built on is missing.',
    });
    for (const name of numbers) {
      demand(typeof before[name] === 'number', {
        expected: `${name} to be a number`,
        got: String(before[name]),
        cause: 'A number that alerts are built on is missing.',
      });
    }
    await stage.mustFill(stage.user('ann'), stage.settings.limit);
    const after = await desk.stats();
    for (const name of ['users_at_manager_limit', 'managers_created_per_minute']) {
      demand(Number(after[name]) > 0, {
        expected: `${name} over 0 with a user at the limit`,
        got: String(after[name]),
        cause: 'A number that alerts are built on does not move: the alert never rings.',
      });
    }
  },
};

/** What operators look at. */
export const environmentMonitoring: readonly Scenario[] = [monitoring];
