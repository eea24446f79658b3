import { describeBlocking } from '../core/admission.ts';
import type { Stance } from '../core/enforcement.ts';
import type { Settings } from '../core/options.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import type { Attachment } from './attachment.ts';
import type { Clock } from './clock.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Grant } from './grant.ts';
import type { LimitClaim, Limits } from './limits.ts';
import type { LingeringSockets } from './lingering.ts';
import type { OpenOutcome, OpenRequest, Refusal } from './open-request.ts';
import type { PressureReap } from './pressure-reap.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Claim, Resumption, Succession } from './resumption.ts';
import type { Session, SessionSeed } from './session.ts';
import type { TicketFlaw } from './session-event.ts';
import type { Shadow } from './shadow.ts';
import type { SessionSocket } from './socket.ts';
import type { Waiter } from './waiter.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What receiving newcomers works with. */
export interface ReceptionRooms {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly waiting: WaitingRoom;
  readonly door: Door;
  readonly shadow: Shadow;
  readonly resumption: Resumption;
  readonly attachment: Attachment;
  readonly refusals: LingeringSockets;
  readonly events: EventStream;
}

/** One newcomer on its way in. */
export interface Arrival {
  readonly request: OpenRequest;
  readonly since: number;
  /** Its request was sent at this instant or later; where nobody knows, since ever. */
  readonly sentAfter: number;
  readonly reap: PressureReap;
  readonly startedAtMs: number;
  readonly claim: Claim;
}

/** How a newcomer gets in. */
export interface Entry {
  /** The pressure reap that is over with it. */
  readonly concluded: PressureReap | null;
  /** What it was while it waited. */
  readonly waiter?: Waiter;
  /** The session it has chosen to end, whose slot it gets. */
  readonly taken?: Session;
  /** The store of its cluster has given it a slot. */
  readonly grant?: Grant;
}

/** What is told of somebody who got in. */
interface Entrance {
  readonly flaw: TicketFlaw | null;
  readonly concluded: PressureReap | null;
  readonly waitedMs: number;
}

/** Whether limit and clean-up are in force for a newcomer, as it came. */
function stanceOf({ stance = 'enforce' }: OpenRequest): Stance {
  return stance;
}

/** What a newcomer says that bears on its limit. */
export function claimOf(request: OpenRequest): LimitClaim {
  const { userId, limit } = request;
  return { userId, brought: limit, stance: stanceOf(request) };
}

/** What a newcomer was told before it had a session. */
function bytesToldTo({ waiter, grant }: Entry): number {
  return waiter?.bytesWritten ?? grant?.bytesWritten ?? 0;
}

/** What a newcomer has said before it had a session. */
function takeWords({ waiter, grant }: Entry): readonly (string | Uint8Array)[] {
  return waiter?.takeHeld() ?? grant?.held ?? [];
}

/** Carries out what was decided about a newcomer, in the same tick: gives it a session, or turns it away. */
export class Reception {
  readonly #rooms: ReceptionRooms;
  /** Set once no newcomer is let in any more: when each may come back. */
  #closed: (() => number | undefined) | null = null;

  constructor(rooms: ReceptionRooms) {
    this.#rooms = rooms;
  }

  /** Lets no newcomer in any more. */
  close(whenToReturn: () => number | undefined): void {
    this.#closed = whenToReturn;
  }

  /** Turned away, if no newcomer is let in any more; null otherwise. */
  refuseIfClosed(arrival: Arrival): OpenOutcome | null {
    return this.#closed === null ? null : this.refuse(arrival, 'draining', this.#closed());
  }

  /**
   * Lets a newcomer in for whom there is a slot at this moment. Takes it first: whoever hears of any of this may come for
   * one, too.
   */
  letIn(arrival: Arrival, entry: Entry): OpenOutcome {
    const { pulse, shadow } = this.#rooms;
    const { request, since } = arrival;
    const { waiter, grant } = entry;
    // Whoever was told of something on the way here may have shut the door.
    const refused = this.refuseIfClosed(arrival);
    if (refused !== null) return refused;
    // No look at the clock between the look at the count and the slot (I1).
    const now = pulse.latest;
    const succession = this.#successionOf(arrival, grant);
    const { old } = succession;
    const isHeldAlready = shadow.holds(old);
    const session = this.#takeSlot(this.#seedOf(arrival, succession, grant), old, entry.taken);
    session.unconfirmedBytes = bytesToldTo(entry);
    const hasWaited = waiter !== undefined || grant !== undefined;
    this.#tell(session, arrival, {
      flaw: succession.flaw,
      concluded: entry.concluded,
      waitedMs: hasWaited ? now - since : 0,
    });
    shadow.entered(session, { since, isHeldAlready });
    if (!this.#seat(session, request.socket)) return { outcome: 'left' };
    for (const data of takeWords(entry)) session.serve(data);
    return { outcome: 'opened', session };
  }

  /** Closes the socket of a newcomer and says why it was turned away. */
  refuse(
    arrival: Arrival,
    reason: RefusalReason,
    retryMs?: number,
  ): Extract<OpenOutcome, { outcome: 'refused' }> {
    const { registry, limits, pulse, clock } = this.#rooms;
    const { request, since, reap } = arrival;
    const occupants = registry.of(request.userId);
    const now = pulse.now();
    const refusal: Refusal = {
      reason,
      limit: limits.toTell(claimOf(request)),
      live: occupants.length,
      examined: reap.examined,
      reaped: reap.freed,
      blocking: describeBlocking(occupants, now, clock.nowMs()),
      ...(retryMs === undefined ? {} : { retryAfterMs: retryMs }),
    };
    return this.dismiss(arrival, refusal, now - since);
  }

  /** The same, with what is known of those in its way by somebody else. */
  dismiss(
    { request, startedAtMs, claim }: Pick<Arrival, 'request' | 'startedAtMs' | 'claim'>,
    refusal: Refusal,
    waitedMs: number,
  ): Extract<OpenOutcome, { outcome: 'refused' }> {
    const { refusals, events, clock } = this.#rooms;
    const { userId: user, socket } = request;
    const workMs = Math.max(0, clock.nowMs() - startedAtMs - waitedMs);
    if (socket !== undefined) refusals.dismiss(socket, refusal.reason, refusal.retryAfterMs);
    if (claim.isInvalid) events.emit({ type: 'ticketIgnored', user, why: 'invalid' });
    events.emit({ type: 'refused', user, ...refusal, workMs, waitedMs });
    return { outcome: 'refused', refusal };
  }

  #tell(
    { id: session, userId: user }: Session,
    { startedAtMs }: Arrival,
    { flaw, concluded, waitedMs }: Entrance,
  ): void {
    const { events, waiting, clock } = this.#rooms;
    if (flaw !== null) events.emit({ type: 'ticketIgnored', user, why: flaw });
    if (concluded !== null) waiting.concluded(user, concluded);
    const workMs = Math.max(0, clock.nowMs() - startedAtMs - waitedMs);
    events.emit({ type: 'opened', session, user, workMs, waitedMs });
  }

  #successionOf({ request, claim }: Arrival, grant: Grant | undefined): Succession {
    const { resumption } = this.#rooms;
    return grant === undefined
      ? resumption.successionOf(request.userId, claim)
      : resumption.grantedTo(request.userId, claim, grant);
  }

  #seedOf(
    { request, since, sentAfter }: Arrival,
    { inheritance, brought }: Succession,
    grant: Grant | undefined,
  ): SessionSeed {
    const { settings, pulse } = this.#rooms;
    return {
      userId: request.userId,
      limit: request.limit ?? settings.maxSessionsPerUser,
      stance: stanceOf(request),
      device: request.device ?? null,
      extra: request.extra,
      now: pulse.latest,
      nowRaw: Math.floor(pulse.latestRaw),
      arrivedAt: since,
      sentAfter,
      inheritance,
      brought,
      ...(grant === undefined ? {} : { grant }),
    };
  }

  /** The place of its own last session, that of one it has chosen to end, or a free one. */
  #takeSlot(seed: SessionSeed, old: Session | null, taken: Session | undefined): Session {
    const { door, events } = this.#rooms;
    if (old !== null) return door.supersede(old, seed, 'superseded');
    if (taken === undefined) return door.enter(seed);
    const session = door.supersede(taken, seed, 'taken-over');
    events.emit({ type: 'evicted', user: seed.userId, session: taken.id, policy: 'ask' });
    return session;
  }

  /** False when there is nobody to let in any more: a listener has ended the session, or its socket is closed. */
  #seat(session: Session, socket: SessionSocket | undefined): boolean {
    const { attachment, refusals } = this.#rooms;
    if (session.state !== 'closed')
      return socket === undefined || attachment.attach(session, socket);
    const reason = this.#closed === null ? 'released' : 'draining';
    if (socket !== undefined) refusals.dismiss(socket, reason, this.#closed?.());
    return false;
  }
}
