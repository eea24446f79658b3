import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/proof/scenarios/catalogue.ts';
import { answersPattern, chooseScenarios } from '../../src/proof/scenarios/choose-scenarios.ts';
import type { Scenario } from '../../src/proof/scenarios/scenario.ts';

function scenario(name: string, covers: readonly string[] = []): Scenario {
  const category = name.split('/')[0] === 'load' ? 'load' : 'limits';
  return { name, category, claim: 'It holds.', covers, run: async () => await Promise.resolve() };
}

const small = [
  scenario('limits/manager-limit-holds', ['seed: test_the_limit', 'I1']),
  scenario('limits/counts-are-right'),
  scenario('load/many-managers'),
];

function namesFor(patterns: readonly string[], categories: readonly string[] = []): unknown {
  const choice = chooseScenarios(small, { categories, patterns });
  return choice.ok ? choice.scenarios.map(({ name }) => name) : choice.problem;
}

describe('a pattern', () => {
  it.each([
    ['*manager*limit*', true],
    ['*MANAGER*Limit*', true],
    ['*manager_limit*', true],
    ['limits/manager-limit-holds', true],
    ['manager-limit-holds', true],
    ['manager-limit', false],
    ['limits/manager?limit*', true],
    ['test_the_limit', true],
    ['I1', false],
    ['limits.manager*', false],
    ['*(*', false],
  ])('%s is held against the whole name, without its case: %s', (pattern, expected) => {
    expect(answersPattern(small[0] ?? scenario(''), pattern)).toBe(expected);
  });

  it('of a hundred stars is answered at once', () => {
    const startedAt = performance.now();
    const one = scenario(`limits/${'a'.repeat(200)}`);
    expect(answersPattern(one, `${'*'.repeat(100)}b`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('that nothing answers is a problem that names the nearest', () => {
    expect(namesFor(['*managr*holds*'])).toContain('`limits/manager-limit-holds`');
    expect(namesFor(['mny-managers'])).toContain('`load/many-managers`');
  });

  it('that only other categories answer is a problem that names those', () => {
    expect(namesFor(['*many*'], ['limits'])).toContain('it would in load');
  });
});

describe('a choice', () => {
  it('without a wish is the whole catalogue, in its order', () => {
    expect(namesFor([])).toEqual(small.map(({ name }) => name));
  });

  it('of several categories and patterns takes what answers any of each', () => {
    expect(namesFor(['*managers', '*right'], ['LOAD', 'limits'])).toEqual([
      'limits/counts-are-right',
      'load/many-managers',
    ]);
  });

  it.each([
    ['integration', '`limits` and `multi-user` come nearest'],
    ['unit', 'Scenarios are sorted by what they are about'],
    ['e2e', '`--list` shows all'],
    ['limit', 'The nearest is `limits`'],
  ])('of the category %s is a problem that says what to ask for', (category, expected) => {
    expect(namesFor([], [category])).toContain(expected);
  });
});

/** Every test of the seed document, by its name there. */
const seedTests = [
  'test_emergency_cleanup_triggers_before_limit_reached',
  'test_background_task_failure_is_explicit_not_silent',
  'test_environment_aware_cleanup_intervals',
  'test_manual_cleanup_apis_work_when_background_fails',
  'test_manager_count_tracking_accuracy',
  'test_multiple_users_can_reach_individual_limits_safely',
  'test_rapid_connection_creation_triggers_emergency_cleanup',
  'test_staging_environment_parity_with_local',
  'test_create_managers_faster_than_cleanup_interval',
  'test_concurrent_manager_creation_and_cleanup',
  'test_memory_leak_prevention_under_load',
  'test_test_environment_30_second_cleanup_interval',
  'test_production_environment_5_minute_cleanup_interval',
  'test_container_event_loop_compatibility',
] as const;

/** What else it asks for: its staging tests, numbers, log lines and criteria. */
const seedLines = [
  'staging: Resource Limit Test',
  'staging: Background Task Test',
  'staging: Multi-User Load Test',
  'staging: Environment Detection Test',
  ...[
    'background_cleanup_task_started',
    'background_cleanup_failures',
    'emergency_cleanup_triggers',
    'managers_created_per_minute',
    'managers_cleaned_up_per_minute',
    'resource_limit_hits',
    'successful_emergency_cleanups',
    'users_at_manager_limit',
    'average_managers_per_user',
    'max_concurrent_managers',
  ].map((name) => `monitoring: ${name}`),
  'log line: Background cleanup task started successfully',
  'log line: Emergency cleanup successful - proceeding with manager creation',
  'log line: EMERGENCY CLEANUP COMPLETE: Cleaned N managers',
  'success criterion: creation latency under 100 ms',
  'success criterion: 50+ users with 5 managers each',
];

describe('the catalogue', () => {
  it('has names that are unique and begin with the category', () => {
    const names = catalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, category } of catalogue) {
      expect(name).toMatch(/^[a-z-]+\/[a-z0-9-]+$/);
      expect(name.startsWith(`${category}/`)).toBe(true);
    }
  });

  it('claims something in each, in a sentence, and says what it stands for', () => {
    for (const { claim, covers } of catalogue) {
      expect(claim).toMatch(/^[A-Z0-9].*\.$/);
      expect(covers.length).toBeGreaterThan(0);
    }
  });

  it.each([...seedTests, ...seedLines])('has a scenario for "%s" of the seed document', (line) => {
    expect(catalogue.filter(({ covers }) => covers.includes(`seed: ${line}`))).not.toEqual([]);
  });

  it.each(seedTests)('is found by the name of %s', (name) => {
    expect(catalogue.some((one) => answersPattern(one, `*${name}*`))).toBe(true);
  });

  it('answers the pattern by which staging is tested', () => {
    const wish = { categories: ['limits'], patterns: ['*manager*limit*'] };
    const choice = chooseScenarios(catalogue, wish);
    const names = choice.ok ? choice.scenarios.map(({ name }) => name) : [];
    expect(names).toContain('limits/six-managers-for-one-user-pass-the-limit-by-clean-up');
    expect(names).toContain('limits/manager-limit-refusal-is-honest');
  });
});
