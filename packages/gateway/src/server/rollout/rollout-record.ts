import type { RollbackCause } from './guard.ts';

/** One step of the rollout: what was done, by whom and why. */
export interface RolloutStep {
  /** Ms since 1970. */
  readonly at: number;
  readonly by: 'operator' | 'guard';
  readonly action: 'set' | 'back';
  /** Percent before and after. */
  readonly from: number;
  readonly to: number;
  /** Words of the operator, or a sentence of the guard; null where nobody gave any. */
  readonly why: string | null;
  /** What the guard has measured; null where it was not the guard. */
  readonly cause: RollbackCause | null;
}

/** How far the rollout has come, and how: what is kept of it across restarts. */
export interface RolloutMark {
  readonly percent: number;
  readonly isRolledBack: boolean;
  /** Newest first. */
  readonly steps: readonly RolloutStep[];
}

/** Steps that are kept. */
const MOST_STEPS = 20;

/** A new mark with one step more; the oldest fall off. */
export function withStep(
  { steps }: RolloutMark,
  step: RolloutStep,
  place: Pick<RolloutMark, 'percent' | 'isRolledBack'>,
): RolloutMark {
  return { ...place, steps: [step, ...steps].slice(0, MOST_STEPS) };
}

const units: Readonly<Record<RollbackCause['trigger'], (cause: RollbackCause) => string>> = {
  'creation-latency': ({ measured, threshold, samples }) =>
    `Creating a session took more than ${threshold} ms ${samples} times, ${Math.round(measured)} ms at worst`,
  sweep: ({ measured }) =>
    measured === 0 ? 'The sweep did not run' : `The sweep failed ${measured} times in a row`,
  memory: ({ measured, threshold, samples }) =>
    `Memory grew by ${toMegabytes(measured)} MB that nothing explains, in each of ${samples} minutes; ${toMegabytes(threshold)} MB are allowed`,
};

/** What the guard has seen, as a sentence without its full stop. */
export function describeCause(cause: RollbackCause): string {
  return `${units[cause.trigger](cause)}, over ${Math.round(cause.standsForMs / 1000)} s`;
}

function toMegabytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}
