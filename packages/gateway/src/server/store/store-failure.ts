import type { StoreError } from 'holdfast/cluster';

/** Whether a store has not answered. Its class is loaded only where a store is used, so it is known by its name. */
export function isStoreError(error: unknown): error is StoreError {
  return error instanceof Error && error.name === 'StoreError' && 'kind' in error;
}
