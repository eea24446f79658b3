import { UsageError, type UsageErrorCode } from 'holdfast';
import { createProblem, type Problem } from '../http/problem.ts';

/**
 * What whoever calls the API can cause: input that is none, or an order that the state of the gateway
 * does not allow. Any other misuse is our own.
 */
const statuses: Partial<Readonly<Record<UsageErrorCode, number>>> = {
  'bad-user': 400,
  'bad-event': 400,
  'bad-limit': 400,
  'bad-state': 409,
};

/**
 * The problem to answer with when a handler has thrown this; null when the fault is ours.
 *
 * @param isOver the session layer has ended: what is no state for an order now will be none here any more
 */
export function usageProblemOf(error: unknown, isOver: boolean): Problem | null {
  if (!(error instanceof UsageError)) return null;
  if (isOver && error.code === 'bad-state') {
    const detail = 'Expected a running gateway, got one that has drained. Ask another one.';
    return createProblem(503, 'drained', detail);
  }
  const status = statuses[error.code];
  return status === undefined ? null : createProblem(status, error.code, error.message);
}
