import type { EnforcementOrder } from '../core/enforcement.ts';
import { resolveSettings, type SessionOptions, type Settings } from '../core/options.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import type { EventInput } from '../protocol/event-frame.ts';
import type { BroadcastOutcome } from './broadcaster.ts';
import type { CloseOrder, CloseUserOptions } from './close-order.ts';
import { ClusterSide } from './cluster-side.ts';
import type { DrainOptions } from './drain.ts';
import type { SessionListener } from './event-stream.ts';
import { type Counts, type Gauges, readCounts, readGauges, surveyGauges } from './gauges.ts';
import { type Health, readHealth } from './health.ts';
import { groundOf, type SessionLayerParts } from './layer-parts.ts';
import { checkNode, drawNode } from './node-name.ts';
import type { Admission, OpenOutcome, OpenRequest } from './open-request.ts';
import type { Published, PublishOptions, PublishWait, Receipted } from './publisher.ts';
import { buildRooms, type Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import type { FaultPlace } from './session-event.ts';
import { type SessionView, viewSession } from './session-view.ts';
import { checkUnowned, type SessionSocket } from './socket.ts';
import type { ReapReport } from './sweep-run.ts';

export type { SessionLayerParts } from './layer-parts.ts';

/** The session layer: who may hold which session, for how long, and what it is sent. */
export class SessionLayer {
  readonly settings: Settings;
  readonly node: string;
  readonly #rooms: Rooms;
  /** What a node of a cluster does with this layer; without a seat in one there is nothing to do. */
  readonly cluster: ClusterSide;

  /** @throws UsageError for options that are none, or that contradict each other */
  constructor(options: SessionOptions = {}, parts: SessionLayerParts = {}) {
    this.settings = resolveSettings(options);
    this.node = checkNode(parts.node ?? drawNode());
    this.#rooms = buildRooms(groundOf(parts, this));
    this.cluster = new ClusterSide(this.#rooms);
    for (const listener of parts.listeners ?? []) this.#rooms.events.add(listener);
    this.#rooms.sweep.ensure();
  }

  /**
   * Asks for a slot. Answers in the same tick: opened, refused, or waiting for the user's other sessions to prove that
   * they are alive, which takes at most the probe timeout and a beat; under the policy `ask`, also for an answer of its
   * client, for 30 s more.
   *
   * @throws UsageError `bad-user`, `bad-limit`, `bad-resume` or `bad-socket`; never for a lack of slots
   */
  open(request: OpenRequest): Admission {
    this.#rooms.sweep.ensure();
    return this.#rooms.desk.open(request);
  }

  /** The same as {@link open}, with waiting included. */
  async admit(request: OpenRequest): Promise<OpenOutcome> {
    const admission = this.open(request);
    return admission.outcome === 'waiting' ? await admission.settled : admission;
  }

  /**
   * Gives a session that was opened without a socket its socket. False when that socket was closed already, and the
   * session with it.
   *
   * @throws UsageError `bad-socket`, or `bad-state` for a session that has a socket or is over
   */
  attach(session: Session, socket: SessionSocket): boolean {
    checkUnowned(socket);
    return this.#rooms.attachment.attach(session, socket);
  }

  /** Closes a socket whose newcomer was turned away before it could ask for a slot: unauthorized, too fast, overload. */
  turnAway(socket: SessionSocket, reason: RefusalReason, retryAfterMs?: number): void {
    checkUnowned(socket);
    this.#rooms.refusals.dismiss(socket, reason, retryAfterMs);
    this.#rooms.events.emit({ type: 'turnedAway', reason });
  }

  /** Counts and tells a failure of the code around the layer, so that it stands in health with the others. */
  reportFault(where: FaultPlace, error: unknown): void {
    this.#rooms.faults.report(where, error);
  }

  /** Publishes to all sessions of a user, now and within the resume window. @throws UsageError `bad-event`, `bad-state` */
  publish(userId: string, event: EventInput, options: PublishOptions = {}): Published {
    return this.#rooms.publisher.publish(userId, event, options);
  }

  /** The same, and waits until it is known what became of the event. Rejects with UsageError, and for nothing else. */
  publishAndWait(userId: string, event: EventInput, options: PublishWait): Promise<Receipted> {
    return this.#rooms.publisher.publishAndWait(userId, event, options);
  }

  /** Publishes to every user who has a session. Rejects with UsageError `bad-event` or `bad-state`. */
  broadcast(event: EventInput): Promise<BroadcastOutcome> {
    return this.#rooms.broadcaster.broadcast(event);
  }

  /** The session of that id, unless it is over. */
  find(id: string): Session | null {
    return this.#rooms.registry.find(id);
  }

  /** The user's session of that id, or the one with which its client has come back since. */
  findFor(userId: string, id: string): Session | null {
    const lineage = this.#rooms.registry.lineageOf(id);
    return this.#rooms.registry.of(userId).find((session) => session.lineage === lineage) ?? null;
  }

  count(userId: string): number {
    return this.#rooms.registry.count(userId);
  }

  /** How many newcomers of this user wait for a slot, those among them who are asked. */
  waiting(userId: string): number {
    return this.#rooms.waiting.count(userId);
  }

  /** The sessions of a user, oldest first; a copy. */
  sessionsOf(userId: string): readonly Session[] {
    return [...this.#rooms.registry.of(userId)];
  }

  /** All sessions, in no order. */
  sessions(): Generator<Session, void, undefined> {
    return this.#rooms.registry.sessions();
  }

  view(session: Session): SessionView {
    const { pulse, clock } = this.#rooms;
    const [fair, raw, epochMs] = [pulse.now(), clock.nowMs(), clock.epochMs()];
    return viewSession(session, { fair, raw, epochMs });
  }

  limitOf(userId: string): number {
    return this.#rooms.limits.of(userId);
  }

  /** Sets or, with null, lifts a user's own limit. Nobody is ended by it; who waits is let in if there is room now. @throws UsageError */
  setLimit(userId: string, limit: number | null): void {
    this.#rooms.limits.set(userId, limit);
    this.#rooms.events.emit({ type: 'limitSet', user: userId, limit });
    this.#rooms.waiting.offer(userId);
  }

  /**
   * Says for whom limit and clean-up are in force from now on. Nobody is ended by it: excess is kept, the dead are reaped at
   * the next look. Newcomers who wait are let in where there is room for them now.
   *
   * @throws UsageError `bad-option` or `bad-limit`
   */
  setEnforcement(order: EnforcementOrder): void {
    const { enforcement, events, waiting } = this.#rooms;
    enforcement.set(order);
    events.emit({ type: 'enforcementSet', ...enforcement.order });
    for (const userId of waiting.users()) waiting.offer(userId);
  }

  /** Ends one session. False when there is none of that id: it was over already, and that is told as `unknownHandle`. */
  close(id: string, cause: CloseOrder = 'released', note?: string): boolean {
    return this.#rooms.orders.close(id, cause, note);
  }

  /** Ends the user's sessions, the living too, and returns the ids of those it ended. */
  closeUser(userId: string, options: CloseUserOptions = {}): string[] {
    return this.#rooms.orders.closeUser(userId, options);
  }

  /** Turns away, as `unauthorized`, the user's waiting newcomers whose `extra` is meant: their token was revoked. How many. */
  turnAwayWaiting(userId: string, isMeant: (extra: unknown) => boolean): number {
    return this.#rooms.waiting.turnAway(userId, isMeant);
  }

  /** Ends the user's dead sessions, and no others; none whose user is only observed. */
  reapUser(userId: string): ReapReport {
    return this.#rooms.orders.reapUser(userId);
  }

  /** Ends the dead sessions of all users, in slices. */
  reapAll(): Promise<ReapReport> {
    return this.#rooms.sweep.reapAll();
  }

  /** Hears every event from now on; the function returned ends that. */
  subscribe(listener: SessionListener): () => void {
    return this.#rooms.events.add(listener);
  }

  /** How the layer is. Asking also sees to it that the sweep runs. */
  health(): Health {
    return readHealth(this.#rooms);
  }

  /** How often each place has failed. */
  faultCounts(): ReadonlyMap<FaultPlace, number> {
    return this.#rooms.faults.counts();
  }

  /** The gauges that cost nothing to read, however many sessions there are. */
  counts(): Counts {
    return readCounts(this.#rooms);
  }

  /** All gauges, of one instant. Looks at each session at once: where there are many, {@link survey} keeps nobody waiting. */
  gauges(): Gauges {
    return readGauges(this.#rooms);
  }

  /** The same in slices, between which the event loop goes on: what is read from each session is of an instant on the way. */
  survey(): Promise<Gauges> {
    return surveyGauges(this.#rooms);
  }

  /**
   * Ends the layer without loss, and resolves when no session, socket or log is left: usually as soon as every client has
   * confirmed what it was sent, in the drain time at the latest. Each is told when to come back, spread over the drain time.
   * Asked again, it ends sooner if that is asked for. From its end on `publish` throws `bad-state`.
   *
   * @throws UsageError `bad-option`
   */
  drain(options: DrainOptions): Promise<void> {
    return this.#rooms.drain.begin(options);
  }

  /** A drain that takes no time: everybody is closed now, and told nothing of when to come back. */
  shutdown(): Promise<void> {
    return this.drain({ withinMs: 0 });
  }

  /** When a newcomer who is turned away now may come back, milliseconds; undefined while there is no drain, or it is over. */
  returnMs(): number | undefined {
    return this.#rooms.drain.returnMs();
  }

  /** Whether the layer has ended: nobody has a session, and nothing can be published. */
  get isOver(): boolean {
    return this.#rooms.history.isOver;
  }
}
