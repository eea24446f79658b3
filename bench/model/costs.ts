import type { CostTable } from './acts.ts';
import type { LogBounds, MemoryCost } from './memory.ts';

/**
 * What acts cost Redis 7.0.15, as `npm run model -- --measure` printed it on 2026-11-23, on 2 × AMD EPYC with other work on the
 * same cores. Processor time is that of the machine: on another one it differs by about one factor for all acts. Bytes are the
 * same everywhere.
 */
export const measuredCosts: CostTable = {
  admit: {
    usec: { each: 26.8, perRow: 1.25, perNode: 0.0286 },
    bytesIn: { each: 419, perNode: 10 },
    bytesOut: { each: 84 },
  },
  release: {
    usec: { each: 23.4, perRow: 0.248, perNode: 0.0148 },
    bytesIn: { each: 356, perNode: 10 },
    bytesOut: { each: 4 },
  },
  reserve: {
    usec: { each: 26.2, perNode: 0.0078 },
    bytesIn: { each: 361, perNode: 10 },
    bytesOut: { each: 4 },
  },
  confirm: {
    usec: { each: 11.9 },
    bytesIn: { each: 127 },
    bytesOut: { each: 4 },
  },
  append: {
    usec: { each: 26.9, perRow: 0.779, perNode: 0.0207, perTold: 3.15, perEventByte: 0.00563 },
    bytesIn: { each: 410, perRow: 1, perNode: 10, perEventByte: 1 },
    bytesOut: { each: 36, perTold: 120, perCopyByte: 1 },
  },
  delivered: {
    usec: { each: 12 },
    bytesIn: { each: 137 },
    bytesOut: { each: 4 },
  },
  read: {
    usec: { each: 14.6, perEntry: 1.07 },
    bytesIn: { each: 157 },
    bytesOut: { each: 36, perEntry: 13, perCopyByte: 1 },
  },
  assertRows: {
    usec: { each: 21.8, perRow: 4.34, perNode: 0.0177 },
    bytesIn: { each: 370, perRow: 79, perNode: 10 },
    bytesOut: { each: 36, perRow: 5 },
  },
  post: {
    usec: { each: 12.2 },
    bytesIn: { each: 195 },
    bytesOut: { each: 199 },
  },
  sweep: {
    usec: { each: 17.1 },
    bytesIn: { each: 249 },
    bytesOut: { each: 52 },
  },
  renew: {
    usec: { each: 20.1, perNode: 0.958 },
    bytesIn: { each: 346 },
    bytesOut: { each: 306, perNode: 57 },
  },
};

/** The same of its memory. */
export const measuredMemory: MemoryCost = {
  user: 156,
  row: 50,
  place: 65,
  log: 4_280,
  entry: 5,
  node: 136_000,
};

/** The usual bounds of one user's log: `--history-events`, `--history-bytes`. */
export const logBounds: LogBounds = { events: 16_384, bytes: 1_048_576 };
