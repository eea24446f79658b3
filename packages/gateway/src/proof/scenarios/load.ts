import { concurrentCleanUp, fasterThanCleanUp } from './load-churn.ts';
import { fiftyUsers } from './load-fifty-users.ts';
import { memoryReturns } from './load-memory.ts';
import type { Scenario } from './scenario.ts';

/** Many managers, and many at once. */
export const load: readonly Scenario[] = [
  fiftyUsers,
  fasterThanCleanUp,
  concurrentCleanUp,
  memoryReturns,
];
