import type { LogEntry } from '../../sessions/store/acts.ts';
import type {
  NodeCard,
  RevocationOrder,
  StoreMessage,
} from '../../sessions/store/cluster-store.ts';

/** A slot as the store keeps it. */
export interface StoredRow {
  readonly session: number;
  readonly lineage: number;
  readonly predecessor: number;
  /** 0 while it is reserved. */
  readonly node: number;
  readonly device: string | null;
  readonly openedAtMs: number;
  /** 0 while a node holds it. */
  readonly reservedUntilMs: number;
}

/** Everything about one user that is forgotten together. Plain data: a snapshot is a copy of it. */
export interface UserRecord {
  readonly user: string;
  epoch: string;
  last: number;
  delivered: number;
  /** Offset of the last event that was appended while no node held a row. */
  queuedTo: number;
  /** Of all bodies in the log. */
  bytes: number;
  /** Every broadcast up to this number was appended, or told as missed. */
  broadcast: number;
  /** Numbers above that which were appended. */
  readonly broadcastsAhead: Set<number>;
  /** When somebody was last evicted; null for never. */
  evictedAtMs: number | null;
  keepMs: number;
  /** Infinity while a node holds a row. */
  forgetAtMs: number;
  readonly rows: Map<number, StoredRow>;
  /** When a node last said that somebody waits there. */
  readonly waiters: Map<number, number>;
  /** Oldest first. */
  readonly revoked: Set<number>;
  /** By offset, oldest first, without holes up to `last`. */
  readonly entries: Map<number, LogEntry>;
  /** Offsets of the entries that have a name. */
  readonly eventIds: Map<string, number>;
}

/** The lease of a generation. */
export interface Lease {
  readonly card: NodeCard;
  readonly untilMs: number;
}

/** Names of the messages of one user, oldest first, each with the node that is at it, or 0 once it is taken. */
interface TakenMessages {
  readonly ids: Map<string, number>;
  forgetAtMs: number;
}

/** All that a store keeps. */
export interface StoreData {
  readonly users: Map<string, UserRecord>;
  readonly limits: Map<string, number>;
  readonly messages: Map<string, TakenMessages>;
  /** Of whom each generation holds rows, by partition. */
  readonly held: Map<number, Map<number, Set<string>>>;
  readonly leases: Map<number, Lease>;
  readonly revocations: Map<string, RevocationOrder>;
  lastGeneration: number;
  broadcasts: number;
  /** Null until somebody has joined. */
  ticketKey: string | null;
}

/** A store in which nothing is. */
export function emptyStore(): StoreData {
  return {
    users: new Map(),
    limits: new Map(),
    messages: new Map(),
    held: new Map(),
    leases: new Map(),
    revocations: new Map(),
    lastGeneration: 0,
    broadcasts: 0,
    ticketKey: null,
  };
}

/** One act: what it works on, at which instant, and where its messages go once it is done. */
export interface Turn {
  readonly data: StoreData;
  readonly nowMs: number;
  /** A node hears it if it listens; in this order. */
  readonly tell: (node: number, message: StoreMessage) => void;
}
