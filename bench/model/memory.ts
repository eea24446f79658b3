import type { Prediction } from './predict.ts';
import { presentSeconds } from './user-states.ts';
import type { Workload } from './workload.ts';

/** What the store keeps, bytes of its memory each. */
export interface MemoryCost {
  /** A user with a record, without rows. */
  readonly user: number;
  readonly row: number;
  /** A user in the list of a node. */
  readonly place: number;
  /** A log that has begun, without entries. */
  readonly log: number;
  /** An entry, without the event's own bytes. */
  readonly entry: number;
  /** A node that listens: its connections and channels. */
  readonly node: number;
}

/** Bounds of one user's log. */
export interface LogBounds {
  readonly events: number;
  readonly bytes: number;
}

/** Where the memory of the store goes, bytes. */
export interface MemoryUse {
  readonly records: number;
  readonly logs: number;
  readonly nodes: number;
}

/** How much the store keeps. A log grows while its user is here, up to its bounds. */
export function memoryOf(
  cost: MemoryCost,
  { workload, predicted }: { workload: Workload; predicted: Prediction },
  bounds: LogBounds,
): MemoryUse {
  const { eventRate, eventBytes, nodes } = workload;
  const { present, places, rows } = predicted;
  const most = Math.min(bounds.events, bounds.bytes / eventBytes);
  const entries = Math.min(most, eventRate * presentSeconds(workload));
  return {
    records: present * cost.user + rows * cost.row + places * cost.place,
    logs: present * (cost.log + entries * (cost.entry + eventBytes)),
    nodes: nodes * cost.node,
  };
}
