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
import type { ReapReport } from '../sessions/sweep-run.ts';
import type { ClusterNodeParts } from './cluster-parts.ts';
import type { Listing } from './directory.ts';
import { buildClusterRooms, type ClusterRooms } from './cluster-rooms.ts';
import type { Answers } from './questions.ts';

/** What is known of a user on all nodes. */
export interface UserOverview extends Listing {
  readonly limit: number;
  /** Newcomers who wait on this node. */
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

  /** Publishes to every user who has a session on any node. */
  broadcast(event: EventInput): Promise<BroadcastOutcome> {
    return this.#rooms.broadcasting.broadcast(event);
  }

  /** Everything about one user, on all nodes. */
  async overview(userId: string, limit: number): Promise<UserOverview> {
    const { directory, desk } = this.#rooms;
    const [listing, inForce] = await Promise.all([
      directory.list({ user: userId, limit }),
      this.limitOf(userId),
    ]);
    return { ...listing, limit: inForce, waiting: desk.waiting(userId) };
  }

  /** Sessions of all nodes, oldest first. */
  list(limit: number): Promise<Listing> {
    return this.#rooms.directory.list({ limit });
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

  /** Ends one session, wherever it is. False when no node has one of that id. */
  close(id: string, cause: CloseOrder = 'released', note?: string): Promise<boolean> {
    return this.#rooms.directory.close(id, cause, note);
  }

  /** Ends the user's sessions on all nodes; the ids of those that were ended. */
  closeUser(userId: string, options: CloseUserOptions = {}): Promise<readonly string[]> {
    return this.#rooms.directory.closeUser(userId, options);
  }

  reapUser(userId: string): Promise<ReapReport> {
    return this.#rooms.directory.reap(userId);
  }

  reapAll(): Promise<ReapReport> {
    return this.#rooms.directory.reap(null);
  }

  /**
   * Asks the applications of all nodes, this one first, by `answering` of each. What is asked and answered goes as JSON.
   * Rejects with what the answer of this node throws; nobody else is asked then.
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

  /** Tells every node of a revocation, now and when it comes back. Rejects with StoreError. */
  revoke(order: RevocationOrder): Promise<void> {
    return this.#rooms.revoking.revoke(order);
  }

  /** Who is alive, as of the last heartbeat. */
  nodes(): readonly LiveNode[] {
    return this.#rooms.membership.nodes;
  }

  /** Has another node, or this one, drain. Rejects with StoreError when it does not answer. */
  drainNode(generation: number): Promise<void> {
    return this.#rooms.directory.drain(generation);
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
