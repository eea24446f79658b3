import { type Grounds, House } from './house.ts';
import type { PlayedScenario } from './outcome.ts';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';
import type { StartDeployment } from './stage.ts';

/** What to run, and how. */
export interface RunPlan {
  readonly scenarios: readonly Scenario[];
  readonly grounds: Grounds;
  readonly seed: number;
  /** How often each scenario is played. */
  readonly repeat: number;
  /** Stop after the first failure. */
  readonly failFast: boolean;
  /** Called before each scenario, and after it. */
  readonly tell: (progress: RunProgress) => void;
  /** Aborted to end the run after the scenario under way. */
  readonly signal: AbortSignal;
}

/** Where a run stands. */
export type RunProgress =
  | { readonly kind: 'begun'; readonly name: string; readonly at: number; readonly of: number }
  | { readonly kind: 'played'; readonly played: PlayedScenario };

/** Everything that was played. */
export interface ScenarioRun {
  readonly played: readonly PlayedScenario[];
  /** False where it was stopped before all had been played. */
  readonly isComplete: boolean;
}

/** Plays scenarios one after another. A target started for the proof serves all scenarios with the same flags in a row. */
export async function runScenarios(plan: RunPlan): Promise<ScenarioRun> {
  const turns = orderTurns(plan);
  const played: PlayedScenario[] = [];
  const runStartedAtMs = performance.now();
  const house = new House(plan.grounds);
  try {
    for (const [index, { scenario, round }] of turns.entries()) {
      if (plan.signal.aborted) return { played, isComplete: false };
      plan.tell({ kind: 'begun', name: scenario.name, at: index + 1, of: turns.length });
      const one = await playIn(house, plan, { scenario, round, index, runStartedAtMs });
      played.push(one);
      plan.tell({ kind: 'played', played: one });
      const isOver = plan.failFast && one.verdict.outcome === 'failed';
      if (isOver) return { played, isComplete: index + 1 === turns.length };
    }
    return { played, isComplete: true };
  } finally {
    await house.clear();
  }
}

interface Turn {
  readonly scenario: Scenario;
  readonly round: number;
}

/** Scenarios with the same flags stand together, in the order of the catalogue otherwise. */
function orderTurns({ scenarios, repeat }: RunPlan): readonly Turn[] {
  const groups = new Map<string, Scenario[]>();
  for (const scenario of scenarios) {
    const flags = (scenario.flags ?? []).join(' ');
    const group = groups.get(flags) ?? [];
    groups.set(flags, [...group, scenario]);
  }
  const rounds = Array.from({ length: repeat }, (_, at) => at + 1);
  return [...groups.values()].flatMap((group) =>
    rounds.flatMap((round) => group.map((scenario) => ({ scenario, round }))),
  );
}

interface TurnAt extends Turn {
  readonly index: number;
  readonly runStartedAtMs: number;
}

async function playIn(house: House, plan: RunPlan, turn: TurnAt): Promise<PlayedScenario> {
  const { scenario, round, index, runStartedAtMs } = turn;
  const prefix = `verify-${plan.seed.toString(36)}-${index}`;
  const seed = plan.seed + index;
  const deployment = await house.findFor(scenario);
  if (deployment === null) return skip(scenario, turn);
  const { limit } = await deployment.desk.countOf(`${prefix}-nobody`);
  const { environment } = plan.grounds;
  const settings = { limit, environment };
  const startOther: StartDeployment = (flags) => house.startOther(flags);
  const parts = { deployment, settings, startOther, seed, prefix };
  return await play(scenario, parts, { round, runStartedAtMs });
}

function skip({ name, category, claim, covers }: Scenario, turn: TurnAt): PlayedScenario {
  const why = 'It needs settings of its own, and the target was not started for the proof.';
  return {
    name,
    category,
    claim,
    covers,
    round: turn.round,
    verdict: { outcome: 'not-applicable', why },
    startedAtMs: performance.now() - turn.runStartedAtMs,
    tookMs: 0,
    samples: [],
    marks: [],
  };
}
