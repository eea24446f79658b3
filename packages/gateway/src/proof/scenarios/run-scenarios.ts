import { randomBytes } from 'node:crypto';
import type { Deployment } from '../deployment.ts';
import { type Grounds, House } from './house.ts';
import type { PlayedScenario, Verdict } from './outcome.ts';
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
  /** Aborted to end the run: what the scenario under way has opened is taken away, and it does not count. */
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
  const runId = randomBytes(4).toString('hex');
  const house = new House(plan.grounds);
  try {
    for (const [index, { scenario, round }] of turns.entries()) {
      if (plan.signal.aborted) return { played, isComplete: false };
      plan.tell({ kind: 'begun', name: scenario.name, at: index + 1, of: turns.length });
      const one = await playIn(house, plan, { scenario, round, index, runStartedAtMs, runId });
      if (isCutShort(one, plan.signal)) return { played, isComplete: false };
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
  /** Begins the names of the run's users: another one for each run, so that two at one target do not meet. */
  readonly runId: string;
}

async function playIn(house: House, plan: RunPlan, turn: TurnAt): Promise<PlayedScenario> {
  const { scenario, round, index, runStartedAtMs, runId } = turn;
  const { signal } = plan;
  const seed = seedOf(scenario, round, plan.seed);
  const prefix = `verify-${runId}-${index}`;
  let deployment: Deployment | null;
  try {
    deployment = await house.findFor(scenario);
  } catch (error) {
    return withoutPlay(scenario, turn, didNotStart(error));
  }
  if (deployment === null) return withoutPlay(scenario, turn, needsSettings);
  const limit = await findLimit(deployment, `${prefix}-nobody`);
  const { environment } = plan.grounds;
  const settings = { limit, environment };
  const startOther: StartDeployment = (flags, surroundings) =>
    house.startOther(flags, surroundings);
  const { findCluster } = house;
  const parts = { deployment, settings, startOther, findCluster, seed, prefix };
  return await play(scenario, parts, { round, runStartedAtMs, signal });
}

/** A failure that an interrupted run may have caused itself says nothing. */
function isCutShort({ verdict }: PlayedScenario, signal: AbortSignal): boolean {
  return signal.aborted && verdict.outcome === 'failed';
}

/** Of the scenario alone: it draws the same whichever others are played before it. FNV-1a, 32 bits. */
function seedOf({ name }: Scenario, round: number, runSeed: number): number {
  let hash = 0x81_1c_9d_c5;
  for (const letter of `${runSeed}/${round}/${name}`)
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01_00_01_93);
  return hash >>> 0;
}

const usualLimit = 5;

/** A target that does not count, or answers wrongly here, is judged by the scenario. */
async function findLimit({ desk }: Deployment, nobody: string): Promise<number> {
  try {
    return (await desk.countOf(nobody)).limit;
  } catch {
    // Whatever it is that fails here, a scenario that needs the call says so.
    return usualLimit;
  }
}

const needsSettings: Verdict = {
  outcome: 'not-applicable',
  why: 'It needs settings of its own, and the target was not started for the proof.',
};

function didNotStart(error: unknown): Verdict {
  return {
    outcome: 'failed',
    cause: 'The gateway did not start.',
    expected: 'a gateway that listens',
    got: error instanceof Error ? error.message : String(error),
  };
}

function withoutPlay(
  { name, category, claim, covers }: Scenario,
  { round, runStartedAtMs }: TurnAt,
  verdict: Verdict,
): PlayedScenario {
  const startedAtMs = performance.now() - runStartedAtMs;
  const none = { tookMs: 0, samples: [], marks: [] };
  return { name, category, claim, covers, round, verdict, startedAtMs, ...none };
}
