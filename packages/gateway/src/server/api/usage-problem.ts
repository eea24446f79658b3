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

/** The problem to answer with when a handler has thrown this; null when the fault is ours. */
export function usageProblemOf(error: unknown): Problem | null {
  if (!(error instanceof UsageError)) return null;
  const status = statuses[error.code];
  return status === undefined ? null : createProblem(status, error.code, error.message);
}
