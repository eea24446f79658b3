import { resolveSettings, type SessionOptions, type Settings } from '../core/options.ts';
import type { EventInput } from '../protocol/event-frame.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import type { BroadcastOutcome } from '../sessions/broadcaster.ts';
import { type Clock, systemClock } from '../sessions/clock.ts';
import { holdfastCodec } from '../sessions/codec.ts';
import type { CloseOrder, CloseUserOptions } from '../sessions/close-order.ts';
import type { DrainOptions } from '../sessions/drain.ts';
import { checkNode, drawNode } from '../sessions/node-name.ts';
import type { Admission, OpenRequest } from '../sessions/open-request.ts';
import type { Published, PublishOptions, PublishWait, Receipted } from '../sessions/publisher.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { SessionSocket } from '../sessions/socket.ts';
import type { FaultPlace } from '../sessions/session-event.ts';
import type { LiveNode, RevocationOrder } from '../sessions/store/cluster-store.ts';
import type { ListOptions } from '../sessions/session-list.ts';
import type { ClusterNodeParts } from './cluster-parts.ts';
import type { ClosedSessions, ClusterReapReport, Listing } from './directory.ts';
import { buildClusterRooms, type ClusterRooms } from './cluster-rooms.ts';
import type { Answers, FromNodes } from './question.ts';

/** What is known of a user on all nodes that have answered. */
export interface UserOverview extends Listing {
  readonly limit: number;
  /** Newcomers who hold no slot yet. */
  readonly waiting: number;
}

/**
 * One of many processes that share their users through a store: the limit of a user holds over all of them, an event reaches
 * every session wherever it is published, and a client resumes on any of them. The sessions themselves are those of a
 * {@link SessionLayer}, which goes on while the store is away.
 */
export class ClusterNode {
  readonly #rooms: ClusterRooms;

  private constructor(rooms: ClusterRooms) {
    this.#rooms = rooms;
  }

  /**
   * Joins the others. Rejects with UsageError for options that are none, and with StoreError when the store does not answer:
   * a node cannot begin without it.
   */
  static async start(options: SessionOptions, parts: ClusterNodeParts): Promise<ClusterNode> {
    const settings: Settings = resolveSettings(options);
    const clock: Clock = parts.clock ?? systemClock;
    const name = checkNode(parts.node ?? drawNode());
    const ground = { settings, options, clock, name, codec: parts.codec ?? holdfastCodec };
    return new ClusterNode(await buildClusterRooms(ground, parts));
  }

  /** The sessions of this node. What concerns all nodes is asked of the cluster node. */
  get layer(): SessionLayer {
    return this.#rooms.layer;
  }

  get name(): string {
    return this.#rooms.layer.node;
  }

  /** Asks for a slot. The answer always takes a round trip to the store. @throws UsageError as {@link SessionLayer.open} does */
  open(request: OpenRequest): Admission {
    return this.#rooms.desk.open(request);
  }

  turnAway(socket: SessionSocket, reason: RefusalReason, retryAfterMs?: number): void {
    this.#rooms.layer.turnAway(socket, reason, retryAfterMs);
  }

  reportFault(where: FaultPlace, error: unknown): void {
    this.#rooms.layer.reportFault(where, error);
  }

  /** Rejects with UsageError, or with StoreError where it is not known to be published. */
  publish(userId: string, event: EventInput, options?: PublishOptions): Promise<Published> {
    return this.#rooms.publishing.publish(userId, event, options);
  }

  publishAndWait(userId: string, event: EventInput, options: PublishWait): Promise<Receipted> {
    return this.#rooms.publishing.publishAndWait(userId, event, options);
  }

  /**
   * Publishes to every user who has a session on any node. Users of nodes that are silent are not counted: they get it later, or
   * are told by a gap. Rejects with UsageError, or with StoreError where nobody got it.
   */
  broadcast(event: EventInput): Promise<BroadcastOutcome & FromNodes> {
    return this.#rooms.broadcasting.broadcast(event);
  }

  /** Everything about one user, on all nodes: at most `most` of the sessions, oldest first. Rejects with StoreError. */
  async overview(userId: string, most: number): Promise<UserOverview> {
    const [limit, share] = await Promise.all([
      this.limitOf(userId),
      this.#rooms.directory.user(userId, most),
    ]);
    return { limit, ...share };
  }

  /** Sessions of all nodes. Without `sort` any of them, oldest first. */
  list(options: ListOptions): Promise<Listing> {
    return this.#rooms.directory.list(options);
  }

  /** The limit in force for a user. Rejects with StoreError. */
  limitOf(userId: string): Promise<number> {
    return this.#rooms.limits.of(userId);
  }

  /**
   * Sets or, with null, lifts a user's own limit on all nodes. Rejects with UsageError, or with StoreError where the store has
   * not taken it: no node has changed anything then, and `isInDoubt` says whether the store may have taken it all the same.
   */
  setLimit(userId: string, limit: number | null): Promise<void> {
    return this.#rooms.limits.set(userId, limit);
  }

  /**
   * Ends one session, wherever it is: `closed` has its id, or nobody who has answered has one of that id. A node that is
   * `silent` may have it.
   */
  close(id: string, cause: CloseOrder = 'released', note?: string): Promise<ClosedSessions> {
    return this.#rooms.directory.close(id, cause, note);
  }

  /** Ends the user's sessions on all nodes. A node that is `silent` may not have ended those that it has. */
  closeUser(userId: string, options: CloseUserOptions = {}): Promise<ClosedSessions> {
    return this.#rooms.directory.closeUser(userId, options);
  }

  /** Ends the user's dead sessions on all nodes, and no others. */
  reapUser(userId: string): Promise<ClusterReapReport> {
    return this.#rooms.directory.reap(userId);
  }

  /** Ends the dead sessions of all users on all nodes. */
  reapAll(): Promise<ClusterReapReport> {
    return this.#rooms.directory.reap(null);
  }

  /**
   * Asks the applications of all nodes by `answering` of each; the first answer is that of this node. What is asked and
   * answered goes as JSON. Rejects with UsageError for a kind that this node does not answer, and with what its answer throws;
   * where it does at once, nobody else is asked.
   */
  askAll(kind: string, data: unknown): Promise<Answers> {
    return this.#rooms.questions.askAll(kind, data);
  }

  /** Whether the user has a session of that id, or the one with which its client has come back, on any node. */
  async hasSession(userId: string, id: string): Promise<boolean> {
    const { guard, membership, layer } = this.#rooms;
    if (layer.findFor(userId, id) !== null) return true;
    const lineage = layer.cluster.lineageOf(id);
    if (lineage === null) return false;
    const { rows } = await guard.ask((store) => store.stateOf(userId, membership.actor));
    return rows.some((row) => row.lineage === lineage);
  }

  /** Turns away, as `unauthorized`, newcomers of the user who hold no slot here yet and whose `extra` is meant; how many. */
  turnAwayWaiting(userId: string, isMeant: (extra: unknown) => boolean): number {
    const { desk, layer } = this.#rooms;
    return desk.turnAway(userId, isMeant) + layer.turnAwayWaiting(userId, isMeant);
  }

  /**
   * Has every node carry a revocation out, now or when it comes back: this one, then the store, then the others. Rejects with
   * what `onRevoked` throws here, and nobody else hears of it then; and with StoreError, where it holds on this node, and what is
   * known of the store is in the text. `note` is for the log of each node.
   */
  revoke(order: RevocationOrder, note?: string): Promise<ClosedSessions> {
    return this.#rooms.revoking.revoke(order, note);
  }

  /** Who is alive, as of the last heartbeat. */
  nodes(): readonly LiveNode[] {
    return this.#rooms.membership.nodes;
  }

  /** Users about whom the rows of the store and the sessions here are not known to agree. 0 when all is well. */
  get drift(): number {
    return this.#rooms.repairs.drift;
  }

  /** Whether the store is taken for away. */
  get isStoreAway(): boolean {
    return this.#rooms.guard.isAway;
  }

  /** Newcomers of this user who wait on this node. */
  waiting(userId: string): number {
    return this.#rooms.desk.waiting(userId) + this.#rooms.layer.waiting(userId);
  }

  /**
   * Ends this node without loss: its clients are told when to come back, and their slots stay reserved for their tickets
   * until then. Resolves when no session is left and the store knows it, or cannot be told. The connection to the store is
   * left to whoever made it.
   */
  async drain(options: DrainOptions): Promise<void> {
    const { layer, desk, ledger, membership, receipts } = this.#rooms;
    const noted = membership
      .markDraining()
      .catch((error: unknown) => layer.reportFault('store', error));
    const drained = layer.drain(options);
    desk.close();
    await Promise.all([noted, drained]);
    await ledger.quiet();
    receipts.close();
    await membership.leave().catch((error: unknown) => layer.reportFault('store', error));
  }

  /** A drain that takes no time: slots are given back, and nobody is told when to return. */
  shutdown(): Promise<void> {
    return this.drain({ withinMs: 0 });
  }
}
