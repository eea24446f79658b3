import type { CostTable } from './acts.ts';
import type { LogBounds, MemoryCost } from './memory.ts';

/**
 * What acts cost Redis 7.0.15, as `npm run model -- --measure` printed it on 2026-11-23, 2 × AMD EPYC, with other work on the same
 * cores. Processor time is that of the machine: another one is faster or slower by about one factor for all acts. Bytes are the same
 * everywhere.
 */
export const measuredCosts: CostTable = {
  admit: {
    usec: { each: 24.8, perRow: 1, perNode: 0.0347 },
    bytesIn: { each: 412, perRow: 0.0437, perNode: 8.01 },
    bytesOut: { each: 65 },
  },
  release: {
    usec: { each: 19.6, perRow: 0.388, perNode: 0.00908 },
    bytesIn: { each: 349, perRow: 0.012, perNode: 8.01 },
    bytesOut: { each: 4 },
  },
  reserve: {
    usec: { each: 19.1, perRow: 0.729, perNode: 0.0155 },
    bytesIn: { each: 354, perNode: 8.01 },
    bytesOut: { each: 4 },
  },
  confirm: {
    usec: { each: 12.6 },
    bytesIn: { each: 127 },
    bytesOut: { each: 4 },
  },
  append: {
    usec: { each: 29.2, perRow: 0.771, perNode: 0.0721, perTold: 2.69 },
    bytesIn: { each: 404, perRow: 0.979, perNode: 8.05, perTold: 0.0255, perEventByte: 1 },
    bytesOut: { each: 35.7, perRow: 0.246, perNode: 0.0104, perTold: 104, perCopyByte: 1 },
  },
  delivered: {
    usec: { each: 11.8 },
    bytesIn: { each: 137 },
    bytesOut: { each: 4 },
  },
  read: {
    usec: { each: 17, perEntry: 0.698 },
    bytesIn: { each: 157 },
    bytesOut: { each: 35.9, perEntry: 13.1, perCopyByte: 1 },
  },
  assertRows: {
    usec: { each: 21.6, perRow: 3.09, perNode: 0.0274 },
    bytesIn: { each: 358, perRow: 77, perNode: 8.01 },
    bytesOut: { each: 32, perRow: 5 },
  },
  post: {
    usec: { each: 12.8 },
    bytesIn: { each: 193 },
    bytesOut: { each: 197 },
  },
  sweep: {
    usec: { each: 15.5 },
    bytesIn: { each: 246 },
    bytesOut: { each: 52 },
  },
  renew: {
    usec: { each: 19.3, perNode: 0.966 },
    bytesIn: { each: 344 },
    bytesOut: { each: 282, perNode: 54.9 },
  },
};

/** The same of its memory. */
export const measuredMemory: MemoryCost = {
  user: 136,
  row: 49,
  place: 85,
  log: 4_110,
  entry: 4,
  node: 136_000,
};

/** The usual bounds of one user's log: `--history-events`, `--history-bytes`. */
export const logBounds: LogBounds = { events: 16_384, bytes: 1_048_576 };
