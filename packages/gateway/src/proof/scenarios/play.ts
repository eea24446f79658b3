import { CallMissing } from '../deployment.ts';
import { Finding } from '../finding.ts';
import type { PlayedScenario, Verdict } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { LiveStage, type StageParts } from './set-stage.ts';

const usualPatienceMs = 60_000;

/** Where a scenario stands in its run. */
export interface Turn {
  readonly round: number;
  /** `performance.now()` when the run began. */
  readonly runStartedAtMs: number;
}

/** Plays one scenario on a stage of its own. Never rejects: what goes wrong is its verdict. */
export async function play(
  scenario: Scenario,
  parts: Omit<StageParts, 'signal'>,
  { round, runStartedAtMs }: Turn,
): Promise<PlayedScenario> {
  const withinMs = scenario.withinMs ?? usualPatienceMs;
  const startedAtMs = performance.now();
  const overtime = new AbortController();
  const stage = new LiveStage({ ...parts, signal: overtime.signal });
  const verdict = await judge(scenario, { stage, withinMs, overtime });
  await stage.clear();
  const { name, category, claim, covers } = scenario;
  return {
    name,
    category,
    claim,
    covers,
    round,
    verdict,
    startedAtMs: startedAtMs - runStartedAtMs,
    tookMs: performance.now() - startedAtMs,
    samples: stage.samples,
    marks: stage.marks,
  };
}

interface Watch {
  readonly stage: LiveStage;
  readonly withinMs: number;
  readonly overtime: AbortController;
}

async function judge(scenario: Scenario, { stage, withinMs, overtime }: Watch): Promise<Verdict> {
  if (scenario.needsHost === true && stage.deployment.host === null) {
    const why = 'It acts on the process of the target, which was not started for the proof.';
    return { outcome: 'not-applicable', why };
  }
  const late = new Finding({
    expected: `the scenario to end within ${withinMs} ms`,
    got: 'none of it',
    cause: 'The target left something unanswered.',
  });
  let timer: NodeJS.Timeout | undefined;
  const clock = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      overtime.abort();
      reject(late);
    }, withinMs);
  });
  try {
    await Promise.race([scenario.run(stage), clock]);
    return { outcome: 'passed' };
  } catch (error) {
    return describe(error);
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): Verdict {
  if (error instanceof CallMissing) return { outcome: 'not-applicable', why: error.message };
  if (error instanceof Finding) {
    const { cause, expected, got } = error;
    return { outcome: 'failed', cause, expected, got };
  }
  return {
    outcome: 'failed',
    cause: 'The target did not answer as it should.',
    expected: 'every call of the scenario to be answered',
    got: error instanceof Error ? error.message : String(error),
  };
}
