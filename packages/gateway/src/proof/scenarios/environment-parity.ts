import { demand } from '../finding.ts';
import { limits } from './limits.ts';
import { multiUser } from './multi-user.ts';
import type { Verdict } from './outcome.ts';
import { play } from './play.ts';
import type { FindCluster } from './house.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const environments = ['test', 'staging', 'production'] as const;

/** What needs neither flags nor a process of its own is played the same in each. */
const played = [...limits, ...multiUser].filter(
  ({ flags = [], needsHost = false }) => flags.length === 0 && !needsHost,
);

const parity: Scenario = {
  name: 'environment/parity-of-test-staging-and-production',
  category: 'environment',
  claim:
    'The same scenarios come out the same with the settings of test, staging and production: what passes here passes there.',
  covers: [
    'seed: test_staging_environment_parity_with_local',
    'seed: success criterion: staging/local test parity',
  ],
  needsHost: true,
  withinMs: 180_000,
  async run(stage) {
    const [first, ...others] = environments;
    const [reference, ...rest] = await Promise.all(
      environments.map(async (environment) => await playIn(stage, environment)),
    );
    for (const [at, environment] of others.entries()) {
      const outcomes = rest[at] ?? new Map<string, string>();
      for (const [name, outcome] of outcomes) {
        demand(reference?.get(name) === outcome, {
          expected: `${name} to come out in ${environment} as in ${first}: ${reference?.get(name)}`,
          got: outcome,
          cause:
            'The environments behave differently: a test that passes here says nothing about what runs there.',
        });
      }
    }
  },
};

/** What came of each scenario, by its name. */
async function playIn(stage: Stage, environment: string): Promise<ReadonlyMap<string, string>> {
  const deployment = await stage.startOther(['--env', environment]);
  const { limit } = await deployment.desk.countOf(stage.user('nobody'));
  const settings = { limit, environment };
  const { startOther } = stage;
  const findCluster: FindCluster = (plan) => stage.startCluster(plan);
  const outcomes = new Map<string, string>();
  for (const [at, scenario] of played.entries()) {
    const prefix = stage.user(`${environment}-${at}`);
    const parts = { deployment, settings, startOther, findCluster, seed: at, prefix };
    const turn = { round: 1, runStartedAtMs: performance.now(), signal: stage.signal };
    const { verdict } = await play(scenario, parts, turn);
    outcomes.set(scenario.name, outcomeOf(verdict));
  }
  stage.note(`${played.length} scenarios played with the settings of ${environment}`);
  await deployment.host?.stop();
  return outcomes;
}

function outcomeOf(verdict: Verdict): string {
  if (verdict.outcome === 'failed') return `failed: ${verdict.cause}`;
  return verdict.outcome;
}

/** Whether environments differ in more than their intervals. */
export const environmentParity: readonly Scenario[] = [parity];
