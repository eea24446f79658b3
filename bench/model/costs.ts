import type { CostTable } from './acts.ts';
import type { LogBounds, MemoryCost } from './memory.ts';

/**
 * What acts cost Redis 7.0.15, as `npm run model -- --measure` printed it on 2026-11-23, on 2 × AMD EPYC with other work on the
 * same cores. Processor time is that of the machine: on another one it differs by about one factor for all acts. Bytes are the
 * same everywhere.
 */
export const measuredCosts: CostTable = {
  admit: {
    usec: { each: 23.4, perRow: 1.03, perNode: 0.0153 },
    bytesIn: { each: 412, perNode: 8 },
    bytesOut: { each: 65 },
  },
  release: {
    usec: { each: 18.9, perRow: 0.596, perNode: 0.011 },
    bytesIn: { each: 349, perNode: 8 },
    bytesOut: { each: 4 },
  },
  reserve: {
    usec: { each: 20.4, perRow: 0.345, perNode: 0.0121 },
    bytesIn: { each: 354, perNode: 8 },
    bytesOut: { each: 4 },
  },
  confirm: {
    usec: { each: 12.5 },
    bytesIn: { each: 127 },
    bytesOut: { each: 4 },
  },
  append: {
    usec: { each: 28.2, perRow: 0.906, perNode: 0.0158, perTold: 2.59, perEventByte: 0.00431 },
    bytesIn: { each: 404, perRow: 1, perNode: 8, perEventByte: 1 },
    bytesOut: { each: 36, perTold: 118, perCopyByte: 1 },
  },
  delivered: {
    usec: { each: 12.1 },
    bytesIn: { each: 136 },
    bytesOut: { each: 4 },
  },
  read: {
    usec: { each: 14.6, perEntry: 1.03 },
    bytesIn: { each: 157 },
    bytesOut: { each: 36, perEntry: 13, perCopyByte: 1 },
  },
  assertRows: {
    usec: { each: 23.3, perRow: 2.69, perNode: 0.0142 },
    bytesIn: { each: 364, perRow: 77, perNode: 8 },
    bytesOut: { each: 32, perRow: 5 },
  },
  post: {
    usec: { each: 12.3 },
    bytesIn: { each: 193 },
    bytesOut: { each: 197 },
  },
  sweep: {
    usec: { each: 14.8 },
    bytesIn: { each: 246 },
    bytesOut: { each: 52 },
  },
  renew: {
    usec: { each: 19.6, perNode: 0.887 },
    bytesIn: { each: 344 },
    bytesOut: { each: 296, perNode: 55 },
  },
};

/** The same of its memory. */
export const measuredMemory: MemoryCost = {
  user: 135,
  row: 48,
  place: 85,
  log: 4_120,
  entry: 4,
  node: 136_000,
};

/** The usual bounds of one user's log: `--history-events`, `--history-bytes`. */
export const logBounds: LogBounds = { events: 16_384, bytes: 1_048_576 };
