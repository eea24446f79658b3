import { createProblem, problemResponse } from '../http/problem.ts';

/** When to ask again, s: the store is asked every second whether it is back. */
const RETRY_AFTER = { 'retry-after': '1' };

/** Texts for whoever called, by whether it is known that nothing was done. */
const unknown =
  'Whether it was done is not known: repeat the call, with the same `id` where it has one.';
const nothing = 'Nothing was done: repeat the call.';
const maybeDone: ReadonlySet<string> = new Set(['unreachable', 'timeout', 'broken']);

/**
 * The answer when the store that nodes share could not be asked; null when the error is another one. The class of the error
 * is known by its name: the store is loaded only where one is used.
 */
export function answerStoreError(error: unknown): Response | null {
  if (!(error instanceof Error) || error.name !== 'StoreError' || !('kind' in error)) return null;
  const kind = String(error.kind);
  const detail = `Expected the store that nodes share to answer (${kind}). ${maybeDone.has(kind) ? unknown : nothing}`;
  return problemResponse(createProblem(503, 'store-unavailable', detail), RETRY_AFTER);
}
