import type { Position } from '../session.ts';

/**
 * The processes that hold a lease, as one of them last heard it. A generation is taken once and never returns: of those up
 * to `upTo`, whoever is not named is gone for good; those above have joined since and count as alive.
 */
export interface LiveSet {
  readonly upTo: number;
  readonly generations: readonly number[];
}

/** Who acts: a process by the generation of its lease, and whom it believes alive. */
export interface Actor {
  readonly node: number;
  readonly live: LiveSet;
}

/** One slot of a user. */
export interface Row {
  /** The handle of the session: its generation, unique among all nodes for all time. */
  readonly session: number;
  /** The generation of the first session of its client. */
  readonly lineage: number;
  /** The generation whose ticket is still good beside its own; 0 for none. */
  readonly predecessor: number;
  /** Generation of the node that holds its socket; 0 while it is reserved for its ticket. */
  readonly node: number;
  readonly device: string | null;
  /** When it was let in, by the clock of the store, epoch milliseconds. */
  readonly openedAtMs: number;
  /** How long a reservation still holds; absent for a session that is held by a node. */
  readonly reservedMs?: number;
}

/** Where the record of a user stands. */
export interface RecordHead {
  /** Identity of the record: another one means that what was before is gone. */
  readonly epoch: string;
  /** Offset of the newest event; 0 before the first. */
  readonly last: number;
  /** Offset of the oldest event that is still kept; `last` + 1 when none is. */
  readonly first: number;
  /** Highest offset that went to a session; whoever comes without a position reads on after it. */
  readonly delivered: number;
}

/** How large one user's log may get, and how long it is kept for a user who is away. */
export interface LogTerms {
  readonly events: number;
  readonly bytes: number;
  readonly keepMs: number;
}

/** A newcomer asks for a slot. */
export interface AdmitAct extends Actor {
  readonly user: string;
  readonly session: number;
  readonly device: string | null;
  /** From its ticket: the lineage it belongs to, and the generation whose ticket it is; null without one. */
  readonly ticket: { readonly lineage: number; readonly predecessor: number } | null;
  /** In force unless an operator has set another one for the user. */
  readonly limit: number;
  /** The row whose place it takes, alive or not; null for none. */
  readonly taken: number | null;
  /** At the limit the oldest session gives way, once in so many milliseconds; null where nobody does. */
  readonly evictEveryMs: number | null;
  /** At the limit it is told when a slot is freed. */
  readonly isWaiting: boolean;
  /** The epoch of the record of this user if it has none. */
  readonly epoch: string;
  readonly terms: LogTerms;
}

/** Why a ticket was ignored: another session of its lineage has taken its place, or it was revoked. */
export type SpentTicket = 'spent';

/** What came of asking for a slot. */
export type AdmitAnswer =
  | {
      readonly outcome: 'admitted';
      readonly flaw: SpentTicket | null;
      /** The row whose place it has, which is gone; null where it has taken a free one. */
      readonly replaced: Row | null;
      /** The lineage of its own, which that of a good ticket is. */
      readonly lineage: number;
      readonly record: RecordHead;
      /** How many slots the user holds now. */
      readonly count: number;
      readonly limit: number;
      /** Broadcasts that went to everybody while this user was away. */
      readonly missedBroadcasts: number;
    }
  | {
      readonly outcome: 'full';
      readonly flaw: SpentTicket | null;
      /** Everybody in its way, oldest first. */
      readonly rows: readonly Row[];
      readonly limit: number;
    };

/** A session is over, and its slot is given back. Compare-and-delete: nothing happens where the row is not there (I7). */
export interface ReleaseAct extends Actor {
  readonly user: string;
  readonly session: number;
  /** No ticket of its lineage is good any more. */
  readonly isRevoked: boolean;
  readonly keepMs: number;
}

/** A session is over whose client comes back: its slot stays taken for its ticket, for a while. */
export interface ReserveAct extends Actor {
  readonly user: string;
  readonly session: number;
  readonly forMs: number;
  readonly keepMs: number;
}

/** Its client has confirmed its own ticket: that of its predecessor is spent. */
export interface ConfirmAct {
  readonly user: string;
  readonly session: number;
}

/** An event as the log keeps it: what a node needs to make the frame. */
export interface LogEntry {
  /** The event without its offset, encoded. */
  readonly body: string;
  /** The lineage it is for; null for all sessions of the user. */
  readonly onlyFor: number | null;
  /** The publisher's name for it; null without one. */
  readonly eventId: string | null;
  /** Who wants to know what becomes of it; null where nobody does. */
  readonly tracked: Tracked | null;
}

/** An event whose publisher wants to know. */
export interface Tracked {
  /** Generation of the node that asked. */
  readonly node: number;
  readonly event: string;
  /** When its time is over, epoch milliseconds by the clock of the store; null for never. */
  readonly endsAtMs: number | null;
}

export interface AppendAct extends Actor {
  readonly user: string;
  readonly entry: Omit<LogEntry, 'tracked'>;
  readonly tracked: { readonly event: string; readonly ttlMs: number | null } | null;
  /** Number of the broadcast this is for the user, which no user gets twice; null for an event of its own. */
  readonly broadcast: number | null;
  readonly epoch: string;
  readonly terms: LogTerms;
}

/** `repeated`: an event of this name, or this broadcast, is in the log already, at that offset. `overflow`: larger than the log. */
export interface AppendAnswer {
  readonly outcome: 'appended' | 'repeated' | 'overflow';
  readonly epoch: string;
  readonly offset: number;
  /** How many sessions the user has. */
  readonly sessions: number;
}

/** A user has been written everything up to here. */
export interface DeliveredAct {
  readonly user: string;
  readonly position: Position;
}

export interface ReadAct {
  readonly user: string;
  /** Entries after this offset. */
  readonly after: number;
  readonly most: number;
}

export interface ReadAnswer {
  /** Null where nothing is known of this user. */
  readonly record: RecordHead | null;
  /** In order, without holes. */
  readonly entries: readonly { readonly offset: number; readonly entry: LogEntry }[];
}

/** A node says which of a user's sessions it holds: it has the sockets, so it is right about them. */
export interface AssertAct extends Actor {
  readonly user: string;
  readonly rows: readonly Omit<Row, 'node' | 'reservedMs'>[];
  readonly limit: number;
  /** Puts back also what there is no room for: excess that came about while the store was away is shown and kept. */
  readonly isForced: boolean;
  readonly epoch: string;
  readonly terms: LogTerms;
}

/**
 * What is true of each session that was asserted. `superseded`: its client has come back elsewhere. `full`: there was no room
 * to put it back. Rows of this node that were not named are gone now.
 */
export interface AssertAnswer {
  readonly verdicts: readonly {
    readonly session: number;
    readonly verdict: 'kept' | 'restored' | 'superseded' | 'full';
  }[];
  /** Rows of this node, or of one that is gone, that were taken out. */
  readonly removed: number;
  readonly record: RecordHead;
}

/** The store has lost what a node has seen: the record goes on under another epoch, unless somebody else has seen to that. */
export interface RestartAct extends Actor {
  readonly user: string;
  /** The epoch of which something is lost. */
  readonly lost: string;
  readonly epoch: string;
  readonly terms: LogTerms;
}

/** Everything about one user. */
export interface UserState {
  readonly rows: readonly Row[];
  /** Set by an operator; null where none is. */
  readonly limit: number | null;
  readonly record: RecordHead | null;
}
