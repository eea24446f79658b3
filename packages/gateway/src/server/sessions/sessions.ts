import type {
  BroadcastOutcome,
  CloseUserOptions,
  DrainOptions,
  EventInput,
  ListOptions,
  Published,
  PublishOptions,
  PublishWait,
  Receipted,
} from 'holdfast';
import type { ClosedSessions, ClusterReapReport, FromNodes, Listing } from 'holdfast/cluster';
import type { UpgradeLayer } from 'holdfast/ws';
import type { RevocationOrder } from '../token-watch.ts';
import type { NodeView } from './node-view.ts';
import type { ListedSession } from './session-list.ts';
import type { ClusterStats } from './stats.ts';

/** Whose sessions are meant: those of this node, or of all that share their users. */
export type Scope = 'node' | 'cluster';

/** Everything about one user. */
export interface UserOverview extends FromNodes {
  readonly limit: number;
  readonly count: number;
  /** Newcomers who hold no slot yet. */
  readonly waiting: number;
  /** Oldest first. */
  readonly sessions: readonly ListedSession[];
}

/** A node that was asked to go. */
export interface DrainBegun extends NodeView {
  /** The drain time, ms. */
  readonly withinMs: number;
}

/**
 * The sessions as everything around them uses them, whether one process has them or many share them. Users are whole here:
 * whatever is asked or done about one holds on every node. Where nodes share their users, everything rejects with StoreError
 * when the store cannot be asked.
 */
export interface Sessions extends UpgradeLayer {
  /** The name of this node. */
  readonly node: string;
  /** Whether this node has drained: nothing can be published here any more. */
  readonly isOver: boolean;
  /** Rejects with UsageError `bad-event`, `bad-user` or `bad-state`; nothing has been published then. */
  publish(userId: string, event: EventInput, options?: PublishOptions): Promise<Published>;
  publishAndWait(userId: string, event: EventInput, options: PublishWait): Promise<Receipted>;
  /** To every user who has a session. */
  broadcast(event: EventInput): Promise<BroadcastOutcome>;
  /** Whether the session of that id, or the one with which its client has come back, is this user's, and not over. */
  hasSession(userId: string, id: string): Promise<boolean>;
  overview(userId: string, most: number): Promise<UserOverview>;
  list(scope: Scope, options: ListOptions): Promise<Listing>;
  /** Ends one session. False when there is none of that id; rejects with StoreError where a node that may have it is silent. */
  close(id: string): Promise<boolean>;
  /** Ends a user's sessions. */
  closeUser(userId: string, options: CloseUserOptions): Promise<ClosedSessions>;
  /** Ends the dead sessions of a user. */
  reapUser(userId: string): Promise<ClusterReapReport>;
  reapAll(): Promise<ClusterReapReport>;
  /** Sets or, with null, lifts a user's own limit; the limit in force from then on. */
  setLimit(userId: string, limit: number | null): Promise<number>;
  /** Voids tokens, and ends the sessions that have them. Rejects with UsageError `bad-state` when full. */
  revoke(order: RevocationOrder): Promise<ClosedSessions>;
  stats(scope: Scope): Promise<ClusterStats>;
  nodes(): Promise<readonly NodeView[]>;
  /** Lets a node go without loss; null when there is none of that name. */
  drainNode(name: string): Promise<DrainBegun | null>;
  /** Lets this node go without loss. */
  drain(options: DrainOptions): Promise<void>;
}
