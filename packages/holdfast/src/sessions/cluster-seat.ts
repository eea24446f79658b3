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
  /** Where the ids of messages are known on all nodes; absent where each node knows its own. */
  readonly messages?: SharedMessageIds;
}

/**
 * Which messages of a user were taken, by any node. Both acts have the deadline of a hook, and what they throw is counted as
 * of one; a client whose message could not be claimed is answered `error`, and may send it again.
 */
export interface SharedMessageIds {
  /**
   * `new`: it is this node's to hand over; also where this node has claimed it before and never settled it, and where a node
   * has that is gone. `pending`: another node is at it. `taken`: it was taken.
   */
  claim(userId: string, id: string): Promise<'new' | 'pending' | 'taken'>;
  /** What became of a message that was this node's to hand over: one that `failed` may be claimed again. */
  settle(userId: string, id: string, fate: 'taken' | 'failed'): Promise<unknown>;
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
