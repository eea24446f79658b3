import type { ClusterTold } from './cluster-seat.ts';
import type { Grant } from './grant.ts';
import type { Inquiry } from './inquiry.ts';
import type { Mirror } from './mirror.ts';
import type { OpenOutcome, OpenRequest, Refusal } from './open-request.ts';
import type { HandingOver } from './orders.ts';
import type { Inheritance } from './position.ts';
import type { Terms } from './publish-terms.ts';
import { checkPublishing, type PublishOptions } from './publish-terms.ts';
import type { EventInput } from '../protocol/event-frame.ts';
import type { SettledEvent } from './receipts.ts';
import type { Rooms } from './rooms.ts';
import type { Scouting } from './scouts.ts';
import { reapDead } from './pressure-reap.ts';
import type { Pulse } from './pulse.ts';
import type { FaultPlace } from './session-event.ts';
import type { SessionSocket } from './socket.ts';

/**
 * What a node of a cluster does with its session layer: lets in those to whom the store has given a slot, ends those who have
 * lost theirs, and keeps the logs in line with the records of the store.
 */
export class ClusterSide {
  readonly #rooms: Rooms;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  /**
   * Turns away whoever may not even ask for a slot: the layer is draining, or the user comes too fast. Null for everybody else.
   *
   * @throws UsageError `bad-user`, `bad-limit`, `bad-resume` or `bad-socket`
   */
  screen(request: OpenRequest): OpenOutcome | null {
    this.#rooms.sweep.ensure();
    return this.#rooms.desk.screen(request);
  }

  /** What is to be published, checked. @throws UsageError `bad-event`, `bad-user` or `bad-state` */
  checkPublishing(userId: string, input: EventInput, options: PublishOptions): Terms {
    this.#rooms.history.checkNotOver();
    return checkPublishing(this.#rooms.registry, userId, { input, options });
  }

  /** Whether a user's own limit can be set here, which changes nothing. @throws UsageError as {@link SessionLayer.setLimit} does */
  checkLimit(userId: string, limit: number | null): void {
    this.#rooms.limits.check(userId, limit);
  }

  /** A generation for a session that {@link enter} will open; no other session gets it. */
  drawGeneration(): number {
    return this.#rooms.registry.drawGeneration();
  }

  /** What a ticket of this user says; null for one that is somebody else's, altered, or none at all. */
  readTicket(userId: string, ticket: string): Inheritance | null {
    return this.#rooms.tickets.read(userId, ticket);
  }

  /**
   * Lets in a newcomer to whom the store of the cluster has given a slot. Where the outcome is not `opened`, there is no
   * session of that generation here, and its slot is to be given back.
   *
   * @throws UsageError `bad-user`, `bad-limit`, `bad-resume`, `bad-socket`, or `bad-state` without a seat in a cluster
   */
  enter(request: OpenRequest, grant: Grant): OpenOutcome {
    this.#rooms.sweep.ensure();
    return this.#rooms.grantedDesk.enter(request, grant);
  }

  /**
   * Turns away a newcomer about whom the node of the cluster has decided: closes its socket, says why, and tells of it as of
   * any other refusal.
   *
   * @throws UsageError `bad-user`, `bad-limit`, `bad-resume` or `bad-socket`
   */
  refuse(request: OpenRequest, refusal: Refusal, waitedMs: number): OpenOutcome {
    return this.#rooms.grantedDesk.refuse(request, refusal, waitedMs);
  }

  /**
   * Asks the user's sessions here to prove that they are alive, and reaps the late, for a newcomer of a cluster: settled within
   * the probe timeout and a beat.
   */
  scout(userId: string): Scouting {
    return this.#rooms.scouts.send(userId);
  }

  /** Turns a newcomer away if no newcomer is let in any more; null otherwise. @throws UsageError as {@link refuse} does */
  refuseIfClosed(request: OpenRequest, waitedMs: number): OpenOutcome | null {
    return this.#rooms.grantedDesk.refuseIfClosed(request, waitedMs);
  }

  /** How newcomers are asked which session is to end for them. */
  get inquiry(): Inquiry {
    return this.#rooms.inquiry;
  }

  /** The fair clock, and whoever is asked again at an instant of it. */
  get pulse(): Pulse {
    return this.#rooms.pulse;
  }

  /** Ends the user's sessions here that are dead, the late ones among them: somebody needs a slot. */
  reapLate(userId: string): void {
    reapDead(this.#rooms, userId, { now: this.#rooms.pulse.polledAt, reap: null });
  }

  /** Ends the user's session of that generation, whose slot the store has given to another one. False when it is not here. */
  closeFor(userId: string, generation: number, handingOver: HandingOver): boolean {
    return this.#rooms.orders.handOver(userId, generation, handingOver);
  }

  /** Ends the user's session of that generation, for which the store has no room any more. False when it is not here. */
  endExcess(userId: string, generation: number, retryAfterMs: number): boolean {
    return this.#rooms.orders.endExcess(userId, generation, retryAfterMs);
  }

  /** Tells, as an event of this layer, what its node of a cluster has decided or done for it. */
  tell(event: ClusterTold): void {
    this.#rooms.events.emit(event);
  }

  /** Tells what became of a tracked event that was published through this node: the event, and the hook if it is lost. */
  tellReceipt(settled: SettledEvent): void {
    this.#rooms.receipts.tell(settled);
  }

  /** The lineage that the id of a session names, also of one that is over, or on another node; null for what is no id. */
  lineageOf(id: string): number | null {
    return this.#rooms.registry.lineageOf(id);
  }

  /** The logs of a layer of a cluster: its node keeps them in line with the store. */
  get mirror(): Mirror {
    return this.#rooms.mirror;
  }

  /** Lets go what is here of the records of users of whom nobody is here: the store has them. */
  endAbsentMirrors(isKept: (userId: string) => boolean): void {
    this.#rooms.history.endAbsent(isKept);
  }

  /** Closes the socket of a newcomer who does not want to come in any more. */
  dismiss(socket: SessionSocket, cause: 'released' | 'superseded'): void {
    this.#rooms.refusals.dismiss(socket, cause);
  }

  /** Who has a session here, each once; may be gone through while they come and go. */
  users(): Iterable<string> {
    return this.#rooms.registry.users();
  }

  /** How many that are. */
  get userCount(): number {
    return this.#rooms.registry.userCount;
  }

  /** The generation that was drawn last. */
  get lastGeneration(): number {
    return this.#rooms.registry.lastGeneration;
  }

  /** Goes on with generations above this one. */
  skipGenerationsTo(first: number): void {
    this.#rooms.registry.skipGenerationsTo(first);
  }

  /** A failure that stands in health until it is over. */
  holdFault(where: FaultPlace, error: unknown): void {
    this.#rooms.faults.report(where, error, { hold: true });
  }

  faultIsOver(where: FaultPlace): void {
    this.#rooms.faults.over(where);
  }
}
