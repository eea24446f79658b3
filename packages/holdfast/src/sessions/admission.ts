import { describeBlocking, hasRoom, retryAfterMs } from '../core/admission.ts';
import type { Stance } from '../core/enforcement.ts';
import { checkLimit, type Settings } from '../core/options.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import type { Attachment } from './attachment.ts';
import type { Clock } from './clock.ts';
import type { ConnectRates } from './connect-rates.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { LimitClaim, Limits } from './limits.ts';
import type { LingeringSockets } from './lingering.ts';
import type { Admission, OpenOutcome, OpenRequest, Refusal } from './open-request.ts';
import type { PressureReap } from './pressure-reap.ts';
import type { Pulse } from './pulse.ts';
import { endOfAsking } from './questions.ts';
import type { Registry } from './registry.ts';
import { type Claim, checkResume, type Resumption, type Succession } from './resumption.ts';
import type { Session, SessionSeed } from './session.ts';
import type { Shadow } from './shadow.ts';
import { checkUserId } from './user-id.ts';
import { checkUnowned, type SessionSocket } from './socket.ts';
import { transportOf } from './transport.ts';
import type { Waiter, WaitOutcome } from './waiter.ts';
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
  readonly shadow: Shadow;
  readonly resumption: Resumption;
  readonly attachment: Attachment;
  readonly refusals: LingeringSockets;
  readonly events: EventStream;
  readonly faults: Faults;
}

const nothingReaped: PressureReap = { examined: 0, found: 0, freed: 0 };

/** How a newcomer gets in. */
interface Entry {
  /** The pressure reap that is over with it. */
  readonly concluded: PressureReap | null;
  /** What it was while it waited. */
  readonly waiter?: Waiter;
  /** The session it has chosen to end, whose slot it gets. */
  readonly taken?: Session;
}

function stanceOf({ stance = 'enforce' }: OpenRequest): Stance {
  return stance;
}

function claimOf(request: OpenRequest): LimitClaim {
  const { userId, limit } = request;
  return { userId, brought: limit, stance: stanceOf(request) };
}

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
    if (this.#successionOf(arrival).old !== null) return this.#enter(arrival, { concluded: null });
    if (this.#hasRoomNow(request) && waiting.count(userId) === 0)
      return this.#enter(arrival, { concluded: null });
    const isJoining = waiting.reapUnderWay(userId) !== null;
    const limit = this.#limitOf(request);
    const live = registry.count(userId);
    if (!hasRoom(live, limit))
      events.emit({ type: 'limitHit', user: userId, limit, live, joined: isJoining });
    if (!isJoining) {
      reap.examined = registry.count(userId);
      waiting.reapDead(userId, pulse.polledAt, reap);
      if (this.#hasRoomNow(request) && waiting.count(userId) === 0)
        return this.#enter(arrival, { concluded: reap });
    }
    if (waiting.count(userId) < this.#limitOf(request)) return this.#wait(arrival);
    const refused = this.#tooMany(arrival);
    if (!isJoining) waiting.concluded(userId, reap);
    return refused;
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
  #limitOf(request: OpenRequest): number {
    return this.#rooms.limits.inForce(claimOf(request));
  }

  /** Takes the slot first: whoever hears of any of this may come for one, too. */
  #enter(arrival: Arrival, entry: Entry): OpenOutcome {
    const { events, waiting, clock, pulse, settings, shadow } = this.#rooms;
    const { request, startedAtMs, since } = arrival;
    const { concluded, waiter } = entry;
    // Whoever was told of something on the way here may have shut the door.
    if (this.#closed !== null) return this.#refuse(arrival, 'draining', this.#closed());
    // No look at the clock between the look at the count and the slot (I1).
    const now = pulse.latest;
    const { old, flaw, inheritance, brought } = this.#successionOf(arrival);
    const seed: SessionSeed = {
      userId: request.userId,
      limit: request.limit ?? settings.maxSessionsPerUser,
      stance: stanceOf(request),
      device: request.device ?? null,
      extra: request.extra,
      now,
      nowRaw: Math.floor(clock.nowMs()),
      arrivedAt: since,
      inheritance,
      brought,
    };
    const isHeldAlready = shadow.holds(old);
    const session = this.#takeSlot(seed, old, entry.taken);
    if (waiter !== undefined) session.unconfirmedBytes = waiter.bytesWritten;
    if (flaw !== null) events.emit({ type: 'ticketIgnored', user: request.userId, why: flaw });
    if (concluded !== null) waiting.concluded(request.userId, concluded);
    const waitedMs = waiter === undefined ? 0 : now - since;
    const workMs = Math.max(0, clock.nowMs() - startedAtMs - waitedMs);
    events.emit({ type: 'opened', session: session.id, user: request.userId, workMs, waitedMs });
    shadow.entered(session, { since, isHeldAlready });
    if (!this.#seat(session, request.socket)) return { outcome: 'left' };
    for (const data of waiter?.takeHeld() ?? []) session.serve(data);
    return { outcome: 'opened', session };
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
        ...claimOf(request),
        socket: socket ?? null,
        since,
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
    const decided = this.#conclude(arrival, outcome, waiter);
    if (waiter.waitsFor === 'answer') {
      const end = endOfAsking(outcome, decided, waiter.endsAt <= this.#rooms.pulse.polledAt);
      this.#rooms.events.emit({ type: 'askingEnded', user: waiter.seed.userId, ...end });
    }
    return decided;
  }

  #conclude(arrival: Arrival, outcome: WaitOutcome, waiter: Waiter): OpenOutcome {
    switch (outcome.outcome) {
      case 'admitted':
        return this.#enter(arrival, { ...outcome, waiter });
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
    const { registry, limits, refusals, events, pulse, clock } = this.#rooms;
    const { request, since, reap, startedAtMs, claim } = arrival;
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
    const waitedMs = now - since;
    const workMs = Math.max(0, clock.nowMs() - startedAtMs - waitedMs);
    if (request.socket !== undefined) refusals.dismiss(request.socket, reason, retryMs);
    if (claim.isInvalid)
      events.emit({ type: 'ticketIgnored', user: request.userId, why: 'invalid' });
    events.emit({ type: 'refused', user: request.userId, ...refusal, workMs, waitedMs });
    return { outcome: 'refused', refusal };
  }
}
