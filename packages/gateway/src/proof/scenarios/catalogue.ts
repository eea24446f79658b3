import { environment } from './environment.ts';
import { limits } from './limits.ts';
import { load } from './load.ts';
import { multiUser } from './multi-user.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario there is, in the order in which they are played. */
export const catalogue: readonly Scenario[] = [...limits, ...multiUser, ...load, ...environment];
