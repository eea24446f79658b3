import type { SessionEnd } from '../protocol/close-causes.ts';
import type { LeaveNote } from './door.ts';
import type { Position } from './position.ts';
import type { Session } from './session.ts';
import type { SessionEvent } from './session-event.ts';

/** The place of a layer among others that share their users. Such a layer publishes through its cluster node. */
export interface ClusterSeat {
  /** Sessions of this layer have generations above this one: unique among all nodes, below 2^53. */
  readonly firstGeneration: number;
  /** Signs tickets, the same on every node. */
  readonly ticketKey: string;
  readonly link: ClusterLink;
}

/** What a node of a cluster hears of its sessions, in the same tick. What it throws is counted as of a listener. */
export interface ClusterLink {
  /** It is over; told after the layer is consistent, before waiters and hooks. */
  left(session: Session, cause: SessionEnd, about: LeaveNote): void;
  /** Its client has confirmed its own ticket: that of its predecessor is spent. */
  confirmed(session: Session): void;
  /**
   * Every event up to here was written, or told as a gap, to a session of this user, beyond what the record was known to
   * count as delivered.
   */
  written(userId: string, position: Position): void;
}

/** What the node tells as events of its layer: what it does for newcomers, and with events, is done nowhere else. */
export type ClusterTold = Extract<
  SessionEvent,
  {
    readonly type:
      | 'limitHit'
      | 'published'
      | 'lost'
      | 'asked'
      | 'askingEnded'
      | 'limitSet'
      | 'joined'
      | 'storeAway'
      | 'storeBack'
      | 'repaired';
  }
>;
