import { startGateway } from '../../src/proof/processes/start-gateway.ts';
import type { Verdict } from '../../src/proof/scenarios/outcome.ts';
import { runScenarios } from '../../src/proof/scenarios/run-scenarios.ts';
import type { Scenario } from '../../src/proof/scenarios/scenario.ts';

/** Plays these on gateways started for them, each by this program; what came of each, by its name. */
export async function playScenarios(
  scenarios: readonly Scenario[],
  command?: string,
): Promise<ReadonlyMap<string, Verdict>> {
  const environment = 'test';
  const program = command === undefined ? {} : { command };
  // A gateway that keeps its slots would wait for their clients as long as it may.
  const always = ['--drain-timeout', '500ms'];
  const { played } = await runScenarios({
    scenarios,
    grounds: {
      start: (flags, surroundings = {}) =>
        startGateway({ environment, surroundings, flags: [...always, ...flags], ...program }),
      environment,
    },
    seed: 1,
    repeat: 1,
    failFast: false,
    tell: () => {},
    signal: new AbortController().signal,
  });
  return new Map(played.map(({ name, verdict }) => [name, verdict]));
}

/** Those of a list with these names. @throws Error where there is none of a name */
export function pick(scenarios: readonly Scenario[], names: readonly string[]): Scenario[] {
  return names.map((name) => {
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`Expected a scenario called ${name}.`);
    return scenario;
  });
}
