/**
 * What nodes ask of the store: each is one script and one round trip. `post` is words to another node; `sweep` is what one
 * user costs among those a node is listed with, who are taken by the hundred.
 */
export const actKinds = [
  'admit',
  'release',
  'reserve',
  'confirm',
  'append',
  'delivered',
  'read',
  'assertRows',
  'post',
  'sweep',
  'renew',
] as const;

export type ActKind = (typeof actKinds)[number];

/** How much of what makes an act dearer there was, added up over acts of one kind. */
export interface Work {
  readonly acts: number;
  /** Rows of users that were looked at. */
  readonly rows: number;
  /** Messages to nodes. */
  readonly told: number;
  /** Entries of logs that were read. */
  readonly entries: number;
}

/** Work of every kind. */
export type WorkByKind = Readonly<Record<ActKind, Work>>;

/** A price that grows with the work: each field is what one more costs. */
export interface Price {
  readonly each: number;
  readonly perRow?: number;
  readonly perTold?: number;
  readonly perEntry?: number;
  /** For each node that is alive: acts carry the live set. */
  readonly perNode?: number;
  /** For each byte of the event that an act brings. */
  readonly perEventByte?: number;
  /** For each byte of an event that leaves the store, in a message or among entries. */
  readonly perCopyByte?: number;
}

/** What acts of one kind cost the store. */
export interface ActCost {
  /** Processor time of the store, microseconds, reading and writing sockets included. */
  readonly usec: Price;
  /** From nodes to the store. */
  readonly bytesIn: Price;
  /** Answers, and messages to nodes. */
  readonly bytesOut: Price;
}

export type CostTable = Readonly<Record<ActKind, ActCost>>;

/** What stands around the prices. */
export interface Surroundings {
  readonly nodes: number;
  readonly eventBytes: number;
}

/** The price of all this work. */
export function priceOf(price: Price, work: Work, { nodes, eventBytes }: Surroundings): number {
  const perAct = price.each + (price.perNode ?? 0) * nodes + (price.perEventByte ?? 0) * eventBytes;
  const copied = (price.perCopyByte ?? 0) * eventBytes;
  return (
    perAct * work.acts +
    (price.perRow ?? 0) * work.rows +
    ((price.perTold ?? 0) + copied) * work.told +
    ((price.perEntry ?? 0) + copied) * work.entries
  );
}
