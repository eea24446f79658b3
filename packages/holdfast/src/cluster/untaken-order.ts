import { StoreError } from '../sessions/store/store-error.ts';

/**
 * The error for whoever gave an order that the store has not taken, or may not have taken.
 *
 * @param here how far it was carried out, the beginning of a sentence
 */
export function untakenOrder(error: unknown, here: string): unknown {
  if (!(error instanceof StoreError)) return error;
  const there = error.isInDoubt
    ? 'whether the store has taken it is not known'
    : 'the store has not taken it';
  const text = `${here}; ${there}. Repeat the order. ${error.message}`;
  return new StoreError(error.kind, text, { cause: error });
}
