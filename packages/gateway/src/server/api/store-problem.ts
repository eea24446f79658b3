import { createProblem, problemResponse } from '../http/problem.ts';
import { isStoreError } from '../store/store-failure.ts';

/** When to ask again, s: the store is asked every second whether it is back. */
const RETRY_AFTER = { 'retry-after': '1' };

/** Texts for whoever called, by whether it is known that the store has not taken it. */
const unknown =
  'Whether it has taken this is not known: repeat the call, with the same `id` where it has one.';
const nothing = 'It has not taken this, which holds at this node at most: repeat the call.';

/** The answer when the store that nodes share could not be asked; null when the error is another one. */
export function answerStoreError(error: unknown): Response | null {
  if (!isStoreError(error)) return null;
  const { kind, isInDoubt } = error;
  const detail = `Expected the store that nodes share to answer (${kind}). ${isInDoubt ? unknown : nothing}`;
  return problemResponse(createProblem(503, 'store-unavailable', detail), RETRY_AFTER);
}
