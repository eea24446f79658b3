import { CallMissing } from '../../../packages/gateway/dist/proof/deployment.js';
import type { Grounds } from '../../../packages/gateway/dist/proof/scenarios/house.js';
import type { PlayedScenario } from '../../../packages/gateway/dist/proof/scenarios/outcome.js';
import {
  type RunPlan,
  runScenarios,
} from '../../../packages/gateway/dist/proof/scenarios/run-scenarios.js';
import type { Scenario } from '../../../packages/gateway/dist/proof/scenarios/scenario.js';
import type { StartDeployment } from '../../../packages/gateway/dist/proof/scenarios/stage.js';
import type { System } from '../systems/system.ts';

/** What is played, and from which seed. */
export interface ScenarioPlan {
  readonly scenarios: readonly Scenario[];
  readonly seed: number;
  /** `performance.now()` when the run began. */
  readonly runStartedAtMs: number;
  /** Called after each. */
  readonly tell?: (played: PlayedScenario) => void;
}

/**
 * Plays scenarios of `holdfast verify` against a system, in its order. Each has a system that was started anew, so that
 * what one leaves behind is not held against the next.
 */
export async function playScenarios(
  system: System,
  { scenarios, seed, runStartedAtMs, tell = () => {} }: ScenarioPlan,
): Promise<readonly PlayedScenario[]> {
  const all: PlayedScenario[] = [];
  for (const scenario of scenarios) {
    const beganAtMs = performance.now() - runStartedAtMs;
    for (const one of await playOne(system, scenario, seed)) {
      const played = { ...one, startedAtMs: beganAtMs + one.startedAtMs };
      tell(played);
      all.push(played);
    }
  }
  return all;
}

async function playOne(
  system: System,
  scenario: Scenario,
  seed: number,
): Promise<readonly PlayedScenario[]> {
  const { flags = [] } = scenario;
  if (system.startWith !== undefined || flags.length === 0) {
    const start = system.startWith ?? plainStart(system);
    return await run({ start, environment: 'production' }, scenario, seed);
  }
  // It has settings of its own, not these: as a target it is told so, and the scenario does not apply.
  const target = await system.start();
  try {
    return await run({ target, environment: 'production' }, scenario, seed);
  } finally {
    await target.host?.stop();
  }
}

function plainStart(system: System): StartDeployment {
  return async (flags, surroundings) => {
    if (flags.length > 0) throw new CallMissing(`settings such as ${flags.join(' ')}`);
    return await system.start(surroundings);
  };
}

async function run(
  grounds: Grounds,
  scenario: Scenario,
  seed: number,
): Promise<readonly PlayedScenario[]> {
  const plan: RunPlan = {
    scenarios: [scenario],
    grounds,
    seed,
    repeat: 1,
    failFast: false,
    tell: () => {},
    signal: new AbortController().signal,
  };
  const { played } = await runScenarios(plan);
  return played;
}
