import { limits } from './limits.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario there is, in the order in which they are played. */
export const catalogue: readonly Scenario[] = [...limits];
