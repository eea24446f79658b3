import type { Position } from '../position.ts';

/** For how long it is remembered that somebody waits at a node, milliseconds. */
export const waiterNoteMs = 60_000;
/** How many revoked lineages of one user are remembered; the oldest gives way. */
export const mostRevokedLineages = 64;
/**
 * Broadcasts may reach a user in another order than that of their numbers. How many are remembered that came before a lower one;
 * beyond it the lowest that has not come is given up.
 */
export const mostBroadcastsAhead = 64;

/**
 * The processes that hold a lease, as one of them last heard it. A generation is taken once and never returns: of those up
 * to `upTo`, whoever is not named is gone for good; those above have joined since and count as alive.
 */
export interface LiveSet {
  readonly upTo: number;
  readonly generations: readonly number[];
}

/** Who acts: a process by the generation of its lease, and whom it believes alive, itself among them. */
export interface Actor {
  readonly node: number;
  readonly live: LiveSet;
  /** Number of the last broadcast it has heard of. A record that begins has missed none up to there. */
  readonly broadcasts: number;
}

/**
 * One slot of a user. It counts while the node that holds its socket is alive to the actor, or its reservation has not
 * lapsed. Acts that decide by rows (`admit`, `append`, `assertRows`) take out those that do not count; the others leave them.
 */
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

/**
 * Where the record of a user stands. A record begins with the first session, event, assertion or restart of its user, under
 * the epoch that act brought. It does not end while a node holds a row of the user, dead or alive. Otherwise it is forgotten,
 * with rows, log and revoked lineages: `keepMs`, as last named, after the last act that changed rows or log, and where slots
 * are reserved so long after the last of them lapses.
 */
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
  /** Of all bodies together, in UTF-8. */
  readonly bytes: number;
  readonly keepMs: number;
}

/**
 * A newcomer asks for a slot. The first of these that fits decides:
 *
 * 1. It has a row already, since the act is repeated: it keeps it, whatever else the act says.
 * 2. A row of the lineage of its ticket is there. Where the ticket is that row's own, or that of its predecessor, the newcomer
 *    has its place, whatever the limit, and the row is gone as `superseded`. Otherwise the ticket is spent, as is one whose
 *    lineage was revoked, and counts for nothing. A ticket that finds no row passes its lineage on.
 * 3. The row it wants to take is there: it has its place, whatever the limit (`taken-over`).
 * 4. Fewer rows than the limit: it has a free slot.
 * 5. As many as the limit, not more, and the last eviction is long enough ago: it has the place of the oldest row that a node
 *    holds (`evicted`).
 * 6. It is full. Who waits is told of the next slot that is given back within {@link waiterNoteMs}.
 *
 * Another node whose row is gone is told by `replaced`. The newcomer is let in now, with the predecessor of its good ticket.
 */
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
      /**
       * Broadcasts that went to everybody while no node had a session of this user, up to the last one the actor has heard of.
       * They count as told now, and as got: appended later, they are repeated.
       */
      readonly missedBroadcasts: number;
    }
  | {
      readonly outcome: 'full';
      readonly flaw: SpentTicket | null;
      /** Everybody in its way, oldest first; of one instant, the lower handle first. */
      readonly rows: readonly Row[];
      readonly limit: number;
    };

/**
 * A session is over, and its slot is given back. Compare-and-delete: nothing happens where this node does not hold that row
 * (I7). Each node where somebody waits, this one too, is told once that a slot is `freed`, and not again until it asks anew.
 */
export interface ReleaseAct extends Actor {
  readonly user: string;
  readonly session: number;
  /** No ticket of its lineage is good any more; of a user's, the last {@link mostRevokedLineages} are remembered. */
  readonly isRevoked: boolean;
  readonly keepMs: number;
}

/** A session is over whose client comes back: its slot stays taken for its ticket, for a while. Compare-and-set, as above. */
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
  /** The event without its offset, encoded; empty where it stands for broadcasts that the user has missed. */
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

/**
 * `repeated`: an event of this name is in the log already, at that offset; or this broadcast was appended or told as missed
 * before, and lies nowhere behind that offset, the last one. `overflow`: larger than the log; nothing has changed, no record
 * begins, and the offset is the last one.
 *
 * Every node that holds a row is told by `appended`, once. Where one does, the event counts as delivered, as soon as all that
 * was appended while none did has been.
 */
export interface AppendAnswer {
  readonly outcome: 'appended' | 'repeated' | 'overflow';
  /** That of the record; where none has begun, the one the act brought. */
  readonly epoch: string;
  readonly offset: number;
  /** How many sessions of the user are held by nodes. */
  readonly sessions: number;
}

/**
 * A user has been written everything up to here; where that is all that was appended while no node held a row, everything has
 * been. Nothing happens under another epoch; no position goes back, or past the last.
 */
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

/**
 * A node says which of a user's sessions it holds: it has the sockets, so it is right about them. In this order: each row that
 * is there under the same handle becomes this node's, as it says it is (`kept`); other rows of this node and those that do
 * not count are taken out; then each of the rest is put back where there is room, or in the place of one of its lineage that
 * was not let in later (`restored`; the other node is told by `replaced`, cause `superseded`). A record begins where there is none.
 */
export interface AssertAct extends Actor {
  readonly user: string;
  readonly rows: readonly Omit<Row, 'node' | 'reservedMs'>[];
  /** Handles of newcomers on their way here: where this node holds a row for one of them it stays, and none is put there. */
  readonly coming: readonly number[];
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
  /** Rows of this node that it did not name, and rows that did not count, that were taken out. */
  readonly removed: number;
  readonly record: RecordHead;
}

/**
 * The store has lost what a node has seen: the record goes on under another epoch, at offset 0 and with an empty log, unless
 * somebody else has seen to that. Rows stay. Every node that holds one, this one too, is told by `restarted`.
 */
export interface RestartAct extends Actor {
  readonly user: string;
  /** The epoch of which something is lost. */
  readonly lost: string;
  readonly epoch: string;
  readonly terms: LogTerms;
}

/** Everything about one user. Asking changes nothing. */
export interface UserState {
  /** Those that count, oldest first. */
  readonly rows: readonly Row[];
  /** Set by an operator; null where none is. */
  readonly limit: number | null;
  readonly record: RecordHead | null;
}
