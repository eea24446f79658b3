import { demand } from '../finding.ts';
import type { Stage } from './stage.ts';

/** What is true of a user's count at every moment. @throws Finding where it is not, and keeps the sample `count errors` */
export async function demandExact(stage: Stage, user: string): Promise<number> {
  const { limit } = stage.settings;
  const { count, sessions } = await stage.deployment.desk.countOf(user);
  const drift = Math.abs(count - sessions.length);
  const excess = Math.max(0, count - limit, sessions.length - limit);
  if (drift + excess > 0) stage.sample('count errors', drift + excess, 'sessions');
  demand(drift === 0, {
    expected: `a count of ${sessions.length}, which is how many sessions are listed`,
    got: `${count}`,
    cause: 'The count drifts from the sessions listed.',
  });
  demand(excess === 0, {
    expected: `at most ${limit} sessions of one user at any moment`,
    got: `${sessions.length}`,
    cause: 'A user holds more sessions than the limit.',
  });
  return count;
}

/** What a count is to come to, and what it means where it does not. */
export interface Settled {
  readonly count: number;
  readonly withinMs: number;
  readonly cause: string;
}

/** The user's count comes to this, and was exact at every look on the way. @throws Finding */
export async function demandCount(
  stage: Stage,
  user: string,
  { count, withinMs, cause }: Settled,
): Promise<void> {
  let last = Number.NaN;
  const isReached = await stage.eventually(async () => {
    last = await demandExact(stage, user);
    return last === count;
  }, withinMs);
  demand(isReached, {
    expected: `a count of ${count} within ${withinMs} ms`,
    got: `${last}`,
    cause,
  });
}
