import { describeBlocking, hasRoom, retryAfterMs } from '../core/admission.ts';
import { checkLimit, type Settings } from '../core/options.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import type { Attachment } from './attachment.ts';
import type { Clock } from './clock.ts';
import type { ConnectRates } from './connect-rates.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Limits } from './limits.ts';
import type { LingeringSockets } from './lingering.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import {
  type Claim,
  checkResume,
  type ResumeRequest,
  type Resumption,
  type Succession,
} from './resumption.ts';
import type { Session, SessionSeed } from './session.ts';
import type { Refused } from './session-event.ts';
import { checkUserId } from './user-id.ts';
import { checkUnowned, type SessionSocket } from './socket.ts';
import { transportOf } from './transport.ts';
import type { PressureReap, Waiter, WaitOutcome } from './waiter.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What admission works with. */
export interface AdmissionRooms {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly rates: ConnectRates;
  readonly heartbeat: Heartbeat;
  readonly waiting: WaitingRoom;
  readonly door: Door;
  readonly resumption: Resumption;
  readonly attachment: Attachment;
  readonly refusals: LingeringSockets;
  readonly events: EventStream;
  readonly faults: Faults;
}

/** A request for a slot. */
export interface OpenRequest {
  /** Whose slot: 1 to 256 bytes of any text. */
  readonly userId: string;
  /**
   * The open socket, if there is one already: it is attached, held while waiting, or closed with its reason. Without
   * one, the slot is held until `attach`, at most for the open timeout.
   */
  readonly socket?: SessionSocket;
  /** A name for people, such as "Firefox on the laptop". */
  readonly device?: string;
  /** What the application wants to keep with the session, such as the claims of its token. */
  readonly extra?: unknown;
  /** What its client brings back from its last connection. */
  readonly resume?: ResumeRequest;
  /** The limit in force for this newcomer, unless an operator has set another one for the user. */
  readonly limit?: number;
  /** When our work on this newcomer began, by the clock of the layer; now, if absent. */
  readonly startedAtMs?: number;
}

/** The answer to a newcomer that did not get a slot. A value, and the whole truth: who stands in the way, and since when. */
export type Refusal = Omit<Refused, 'type' | 'user' | 'workMs' | 'waitedMs'>;

/** How a request for a slot ended. `left`: the socket went away, or the request was withdrawn, before it was decided. */
export type OpenOutcome =
  | { readonly outcome: 'opened'; readonly session: Session }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'left' };

/** What `open` answers in the same tick; a newcomer who waits is settled later, within the probe timeout and a beat. */
export type Admission = OpenOutcome | PendingOpen;

/** A newcomer who waits for a slot. */
export interface PendingOpen {
  readonly outcome: 'waiting';
  /** Resolves with what came of it; never rejects. */
  readonly settled: Promise<OpenOutcome>;
  /** Gives up the place in the queue. */
  withdraw(): void;
}

const nothingReaped: PressureReap = { examined: 0, found: 0, freed: 0 };

/** One newcomer on its way through admission. */
interface Arrival {
  readonly request: OpenRequest;
  readonly since: number;
  readonly reap: PressureReap;
  readonly startedAtMs: number;
  readonly claim: Claim;
}

/**
 * The decision about newcomers. Synchronous up to the point where it waits for proof from peers, and right on its own:
 * sweep, heartbeat and listeners may all be broken (I10).
 */
export class AdmissionDesk {
  readonly #rooms: AdmissionRooms;
  /** Set once no newcomer is let in any more: when each may come back. */
  #closed: (() => number | undefined) | null = null;

  constructor(rooms: AdmissionRooms) {
    this.#rooms = rooms;
  }

  /** Lets no newcomer in any more. */
  close(whenToReturn: () => number | undefined): void {
    this.#closed = whenToReturn;
  }

  /** @throws UsageError `bad-user`, `bad-limit`, `bad-resume` or `bad-socket`; never for a lack of slots */
  open(request: OpenRequest): Admission {
    checkUserId(request.userId);
    if (request.socket !== undefined) checkUnowned(request.socket);
    if (request.limit !== undefined) checkLimit(request.limit);
    if (request.resume !== undefined) checkResume(request.resume);
    const { clock, pulse, rates, waiting, resumption } = this.#rooms;
    pulse.ensure();
    const startedAtMs = request.startedAtMs ?? clock.nowMs();
    const reap = waiting.reapUnderWay(request.userId) ?? { ...nothingReaped };
    const claim = resumption.read(request.userId, request.resume);
    const arrival: Arrival = { request, since: pulse.now(), reap, startedAtMs, claim };
    if (this.#closed !== null) return this.#refuse(arrival, 'draining', this.#closed());
    const rate = rates.spend(request.userId, arrival.since);
    if (!rate.passed) return this.#refuse(arrival, 'rate', rate.retryAfterMs);
    return this.#decide(arrival);
  }

  #decide(arrival: Arrival): Admission {
    const { registry, waiting, events, pulse } = this.#rooms;
    const { request, reap } = arrival;
    const { userId } = request;
    if (this.#successionOf(arrival).old !== null) return this.#enter(arrival, null);
    if (this.#hasRoomNow(request) && waiting.count(userId) === 0) return this.#enter(arrival, null);
    const isJoining = waiting.count(userId) > 0;
    const limit = this.#limitOf(request);
    const live = registry.count(userId);
    if (!hasRoom(live, limit))
      events.emit({ type: 'limitHit', user: userId, limit, live, joined: isJoining });
    if (isJoining) {
      const mayWait = waiting.count(userId) < this.#limitOf(request);
      return mayWait ? this.#wait(arrival) : this.#tooMany(arrival);
    }
    reap.examined = registry.count(userId);
    waiting.reapDead(userId, pulse.polledAt, reap);
    return this.#hasRoomNow(request) ? this.#enter(arrival, reap) : this.#wait(arrival);
  }

  /** Looks at the clock first: whoever hears of a stall may come for a slot, and what follows goes by that instant. */
  #hasRoomNow(request: OpenRequest): boolean {
    this.#rooms.pulse.now();
    return hasRoom(this.#rooms.registry.count(request.userId), this.#limitOf(request));
  }

  #successionOf({ request, claim }: Arrival): Succession {
    return this.#rooms.resumption.successionOf(request.userId, claim);
  }

  /** Asked anew at each use: an operator may set another one while somebody waits, or a listener in between. */
  #limitOf({ userId, limit }: OpenRequest): number {
    return this.#rooms.limits.of(userId, limit);
  }

  /** Takes the slot first: whoever hears of any of this may come for one, too. */
  #enter(arrival: Arrival, concluded: PressureReap | null, waiter?: Waiter): OpenOutcome {
    const { door, events, waiting, clock, pulse, settings } = this.#rooms;
    const { request, startedAtMs, since } = arrival;
    // Whoever was told of something on the way here may have shut the door.
    if (this.#closed !== null) return this.#refuse(arrival, 'draining', this.#closed());
    // No look at the clock between the look at the count and the slot (I1).
    const now = pulse.latest;
    const { old, flaw, inheritance, brought } = this.#successionOf(arrival);
    const seed: SessionSeed = {
      userId: request.userId,
      limit: request.limit ?? settings.maxSessionsPerUser,
      device: request.device ?? null,
      extra: request.extra,
      now,
      nowRaw: Math.floor(clock.nowMs()),
      arrivedAt: since,
      inheritance,
      brought,
    };
    const session = old === null ? door.enter(seed) : door.supersede(old, seed);
    if (flaw !== null) events.emit({ type: 'ticketIgnored', user: request.userId, why: flaw });
    if (concluded !== null) waiting.concluded(request.userId, concluded);
    const waitedMs = waiter === undefined ? 0 : now - since;
    const workMs = Math.max(0, clock.nowMs() - startedAtMs - waitedMs);
    events.emit({ type: 'opened', session: session.id, user: request.userId, workMs, waitedMs });
    if (!this.#seat(session, request.socket)) return { outcome: 'left' };
    for (const data of waiter?.takeHeld() ?? []) session.serve(data);
    return { outcome: 'opened', session };
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

  #wait(arrival: Arrival): Admission {
    const { request, since, reap } = arrival;
    const { socket } = request;
    if (this.#closed !== null) return this.#refuse(arrival, 'draining', this.#closed());
    if (socket !== undefined && transportOf(socket, this.#rooms.faults) === 'closed') {
      this.#rooms.refusals.dismiss(socket, 'released');
      return { outcome: 'left' };
    }
    let decided: OpenOutcome | null = null;
    let tell: ((outcome: OpenOutcome) => void) | null = null;
    const waiter = this.#rooms.waiting.join(
      {
        userId: request.userId,
        socket: socket ?? null,
        since,
        brought: request.limit,
        extra: request.extra,
        settle: (outcome, settled) => {
          decided = this.#settle(arrival, outcome, settled);
          tell?.(decided);
        },
      },
      reap,
    );
    if (decided !== null) return decided;
    const settled = new Promise<OpenOutcome>((resolve) => {
      tell = resolve;
    });
    return { outcome: 'waiting', settled, withdraw: () => this.#rooms.waiting.leave(waiter) };
  }

  #settle(arrival: Arrival, outcome: WaitOutcome, waiter: Waiter): OpenOutcome {
    switch (outcome.outcome) {
      case 'admitted':
        return this.#enter(arrival, outcome.concluded, waiter);
      case 'refused':
        return this.#refuse(arrival, outcome.reason, outcome.retryAfterMs);
      case 'left':
        if (arrival.request.socket !== undefined && !waiter.isSocketGone) {
          this.#rooms.refusals.dismiss(arrival.request.socket, 'released');
        }
        return { outcome: 'left' };
    }
  }

  /** More newcomers of one user at once than can wait: they come too fast, whatever the sessions in their way prove. */
  #tooMany(arrival: Arrival): OpenOutcome {
    const { registry, heartbeat, settings, pulse } = this.#rooms;
    const rules = {
      patience: heartbeat.probePatience,
      now: pulse.now(),
    };
    const deadline = retryAfterMs(registry.of(arrival.request.userId), arrival, rules);
    return this.#refuse(arrival, 'rate', deadline ?? settings.probeTimeoutMs);
  }

  #refuse(
    arrival: Arrival,
    reason: RefusalReason,
    retryMs?: number,
  ): Extract<OpenOutcome, { outcome: 'refused' }> {
    const { registry, refusals, events, pulse, clock } = this.#rooms;
    const { request, since, reap, startedAtMs, claim } = arrival;
    const occupants = registry.of(request.userId);
    const now = pulse.now();
    const refusal: Refusal = {
      reason,
      limit: this.#limitOf(request),
      live: occupants.length,
      examined: reap.examined,
      reaped: reap.freed,
      blocking: describeBlocking(occupants, now, clock.nowMs()),
      ...(retryMs === undefined ? {} : { retryAfterMs: retryMs }),
    };
    const waitedMs = now - since;
    const workMs = Math.max(0, clock.nowMs() - startedAtMs - waitedMs);
    if (request.socket !== undefined) refusals.dismiss(request.socket, reason, retryMs);
    if (claim.isInvalid)
      events.emit({ type: 'ticketIgnored', user: request.userId, why: 'invalid' });
    events.emit({ type: 'refused', user: request.userId, ...refusal, workMs, waitedMs });
    return { outcome: 'refused', refusal };
  }
}
