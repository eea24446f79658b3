import type { PlayedScenario } from '../../proof/scenarios/outcome.ts';
import type { ScenarioRun } from '../../proof/scenarios/run-scenarios.ts';

/** How many came out how. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
}

/** Counts the outcomes. */
export function tally(played: readonly PlayedScenario[]): Tally {
  const count = (outcome: string): number =>
    played.filter(({ verdict }) => verdict.outcome === outcome).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    notApplicable: count('not-applicable'),
  };
}

/** `12 passed, 1 failed, 2 not applicable`. */
export function describeTally({ passed, failed, notApplicable }: Tally): string {
  const rest = notApplicable === 0 ? '' : `, ${notApplicable} not applicable`;
  return `${passed} passed, ${failed} failed${rest}`;
}

/** Why the run proves nothing, or proves the contrary; null where all that was to be played has passed. */
export function findFault(run: ScenarioRun, planned: number): string | null {
  const { passed, failed } = tally(run.played);
  const missing = planned - run.played.length;
  const unplayed = missing > 0 ? ` ${missing} of ${planned} were not played.` : '';
  if (failed > 0) return `${failed} of ${run.played.length} scenarios failed.${unplayed}`;
  if (!run.isComplete) return `The run was interrupted.${unplayed}`;
  if (passed === 0)
    return 'Expected at least one scenario to apply to the target, got none: nothing is proven.';
  return null;
}

/** A run as data: without the measurements, which stand in its evidence. */
export function toJson(run: ScenarioRun, repeatOf: (played: PlayedScenario) => string): object {
  return {
    ...tally(run.played),
    isComplete: run.isComplete,
    scenarios: run.played.map((played) => {
      const { name, round, tookMs, verdict } = played;
      const repeat = verdict.outcome === 'failed' ? { repeat: repeatOf(played) } : {};
      return { name, round, tookMs: Math.round(tookMs), ...verdict, ...repeat };
    }),
  };
}
