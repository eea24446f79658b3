import type { Workload } from './workload.ts';

/** How many slots a user holds, and over how many nodes. Index: number of slots. */
export interface UserStates {
  /** Share of time. */
  readonly share: readonly number[];
  /** Nodes that hold so many slots, on average. */
  readonly spread: readonly number[];
  /** Probability that a newcomer finds none of the others on its node. */
  readonly alone: readonly number[];
}

/**
 * Erlang's loss system: visits come at random and are turned away at the limit, so the number of slots is Poisson's, cut at
 * the limit, whatever the times look like (A. K. Erlang, 1917; insensitive to the distribution of visits). A half-open
 * connection holds its slot until its client is back.
 */
export function userStates(workload: Workload): UserStates {
  const { limit, nodes, together } = workload;
  const load = offeredLoad(workload);
  const weights = [1];
  for (let slots = 1; slots <= limit; slots += 1)
    weights.push(((weights[slots - 1] ?? 0) * load) / slots);
  const total = weights.reduce((sum, one) => sum + one, 0);
  const spread = [0];
  const alone = [1];
  for (let slots = 1; slots <= limit; slots += 1) {
    const before = spread[slots - 1] ?? 0;
    spread.push(before + (alone[slots - 1] ?? 1));
    alone.push((1 - together) * (1 - (spread[slots] ?? 0) / nodes));
  }
  return { share: weights.map((one) => one / total), spread, alone };
}

/** How long a user is here without a break, on average: the busy period of that system. */
export function presentSeconds(workload: Workload): number {
  const away = userStates(workload).share[0] ?? 1;
  return (1 - away) / away / workload.visitRate;
}

/** Slots a user would hold without a limit. */
function offeredLoad(workload: Workload): number {
  const { visitRate, visitSeconds, breakRate, halfOpenShare, breakSeconds } = workload;
  return visitRate * visitSeconds * (1 + breakRate * halfOpenShare * breakSeconds);
}

/** The mean of a value by number of slots. */
export function mean(share: readonly number[], valueOf: (slots: number) => number): number {
  return share.reduce((sum, one, slots) => sum + one * valueOf(slots), 0);
}
