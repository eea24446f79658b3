import { once, setMaxListeners } from 'node:events';
import { CallMissing } from '../deployment.ts';
import { Finding, NotJudged } from '../finding.ts';
import type { PlayedScenario, Verdict } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { LiveStage, type StageParts } from './set-stage.ts';

const usualPatienceMs = 60_000;

/** Where a scenario stands in its run. */
export interface Turn {
  readonly round: number;
  /** `performance.now()` when the run began. */
  readonly runStartedAtMs: number;
  /** Aborted to end the scenario before its time; its verdict then says nothing. */
  readonly signal: AbortSignal;
}

/** Plays one scenario on a stage of its own. Never rejects: what goes wrong is its verdict. */
export async function play(
  scenario: Scenario,
  parts: Omit<StageParts, 'signal'>,
  { round, runStartedAtMs, signal }: Turn,
): Promise<PlayedScenario> {
  const withinMs = scenario.withinMs ?? usualPatienceMs;
  const startedAtMs = performance.now();
  const curtain = new AbortController();
  // Every pause under way listens to it.
  setMaxListeners(0, curtain.signal);
  const stage = new LiveStage({ ...parts, signal: curtain.signal });
  const verdict = await judge(scenario, { stage, withinMs, curtain, signal });
  curtain.abort();
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
  /** Aborted when the scenario is over, whatever came of it: nothing is opened on the stage any more. */
  readonly curtain: AbortController;
  readonly signal: AbortSignal;
}

async function judge(scenario: Scenario, watch: Watch): Promise<Verdict> {
  const { stage, withinMs, curtain, signal } = watch;
  if (scenario.needsHost === true && stage.deployment.host === null) {
    const why = 'It needs a gateway of its own, and the target was not started for the proof.';
    return { outcome: 'not-applicable', why };
  }
  const late = new Finding({
    expected: `the scenario to end within ${withinMs} ms`,
    got: 'none of it',
    cause: 'The target left something unanswered.',
  });
  // An abort that came before now is told to no listener.
  if (signal.aborted) return describe(interrupted);
  const timer = setTimeout(() => curtain.abort(late), withinMs);
  const interrupt = (): void => curtain.abort(interrupted);
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    await Promise.race([scenario.run(stage), once(curtain.signal, 'abort')]);
    return curtain.signal.aborted ? describe(curtain.signal.reason) : { outcome: 'passed' };
  } catch (error) {
    // What fails because the curtain fell is no finding of its own.
    return describe(curtain.signal.aborted ? curtain.signal.reason : error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
  }
}

const interrupted: Finding = new Finding({
  expected: 'the scenario to be played to its end',
  got: 'an interrupted run',
  cause: 'The run was interrupted.',
});

function describe(error: unknown): Verdict {
  if (error instanceof CallMissing || error instanceof NotJudged)
    return { outcome: 'not-applicable', why: error.message };
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
