import {
  type ActKind,
  actKinds,
  type CostTable,
  priceOf,
  type Surroundings,
  type WorkByKind,
} from './acts.ts';

/** What work of every kind comes to: in a second, where the work is that of a second. */
export interface Totals {
  readonly acts: number;
  /** Messages from the store to nodes. */
  readonly told: number;
  /** Of one core of the store; 1,000,000 in a second are all of it. */
  readonly usec: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Adds up what all this work costs. */
export function totalsOf(work: WorkByKind, costs: CostTable, around: Surroundings): Totals {
  return {
    acts: sum((kind) => work[kind].acts),
    told: sum((kind) => work[kind].told),
    usec: sum((kind) => priceOf(costs[kind].usec, work[kind], around)),
    bytesIn: sum((kind) => priceOf(costs[kind].bytesIn, work[kind], around)),
    bytesOut: sum((kind) => priceOf(costs[kind].bytesOut, work[kind], around)),
  };
}

function sum(valueOf: (kind: ActKind) => number): number {
  return actKinds.reduce((total, kind) => total + valueOf(kind), 0);
}
