import { hasRoom, retryAfterMs } from '../core/admission.ts';
import { checkLimit, type Settings } from '../core/options.ts';
import type { ConnectRates } from './connect-rates.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Heartbeat } from './heartbeat.ts';
import { endOfAsking } from './inquiry.ts';
import type { Limits } from './limits.ts';
import type { LingeringSockets } from './lingering.ts';
import type { Admission, OpenOutcome, OpenRequest } from './open-request.ts';
import type { PressureReap } from './pressure-reap.ts';
import type { Pulse } from './pulse.ts';
import { type Arrival, claimOf, type Reception } from './reception.ts';
import type { Registry } from './registry.ts';
import { checkResume, type Resumption } from './resumption.ts';
import { checkUnowned } from './socket.ts';
import { transportOf } from './transport.ts';
import { checkUserId } from './user-id.ts';
import type { Waiter, WaitOutcome } from './waiter.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What admission works with. */
export interface AdmissionRooms {
  readonly settings: Settings;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly rates: ConnectRates;
  readonly heartbeat: Heartbeat;
  readonly waiting: WaitingRoom;
  readonly resumption: Resumption;
  readonly reception: Reception;
  readonly refusals: LingeringSockets;
  readonly events: EventStream;
  readonly faults: Faults;
}

const nothingReaped: PressureReap = { examined: 0, found: 0, freed: 0 };

/**
 * The decision about newcomers. Synchronous up to the point where it waits for proof from peers, and right on its own:
 * sweep, heartbeat and listeners may all be broken (I10).
 */
export class AdmissionDesk {
  readonly #rooms: AdmissionRooms;

  constructor(rooms: AdmissionRooms) {
    this.#rooms = rooms;
  }

  /** @throws UsageError `bad-user`, `bad-limit`, `bad-resume` or `bad-socket`; never for a lack of slots */
  open(request: OpenRequest): Admission {
    const arrival = this.#arrivalOf(request);
    return this.#turnAway(arrival) ?? this.#decide(arrival);
  }

  /** Turns away whoever may not even ask for a slot; null for everybody else. @throws UsageError as {@link open} does */
  screen(request: OpenRequest): OpenOutcome | null {
    return this.#turnAway(this.#arrivalOf(request));
  }

  #arrivalOf(request: OpenRequest): Arrival {
    checkUserId(request.userId);
    if (request.socket !== undefined) checkUnowned(request.socket);
    if (request.limit !== undefined) checkLimit(request.limit);
    if (request.resume !== undefined) checkResume(request.resume);
    const { pulse, waiting, resumption } = this.#rooms;
    const since = pulse.ensure();
    const startedAtMs = request.startedAtMs ?? pulse.latestRaw;
    const reap = waiting.reapUnderWay(request.userId) ?? { ...nothingReaped };
    const claim = resumption.read(request.userId, request.resume);
    return { request, since, sentAfter: pulse.polledAt, reap, startedAtMs, claim };
  }

  #turnAway(arrival: Arrival): OpenOutcome | null {
    const { rates, reception } = this.#rooms;
    const refused = reception.refuseIfClosed(arrival);
    if (refused !== null) return refused;
    const rate = rates.spend(arrival.request.userId, arrival.since);
    return rate.passed ? null : reception.refuse(arrival, 'rate', rate.retryAfterMs);
  }

  #decide(arrival: Arrival): Admission {
    const { registry, waiting, events, pulse, reception } = this.#rooms;
    const { request, reap } = arrival;
    const { userId } = request;
    if (this.#isSucceeding(arrival)) return reception.letIn(arrival, { concluded: null });
    if (this.#hasRoom(request) && waiting.count(userId) === 0)
      return reception.letIn(arrival, { concluded: null });
    const isJoining = waiting.reapUnderWay(userId) !== null;
    const limit = this.#limitOf(request);
    const live = registry.count(userId);
    if (!hasRoom(live, limit))
      events.emit({ type: 'limitHit', user: userId, limit, live, joined: isJoining });
    if (!isJoining) {
      reap.examined = registry.count(userId);
      waiting.reapDead(userId, pulse.polledAt, reap);
      if (this.#hasRoomNow(request) && waiting.count(userId) === 0)
        return reception.letIn(arrival, { concluded: reap });
    }
    if (waiting.count(userId) < this.#limitOf(request)) return this.#wait(arrival);
    const refused = this.#tooMany(arrival);
    if (!isJoining) waiting.concluded(userId, reap);
    return refused;
  }

  /** Looks at the clock first: whoever hears of a stall may come for a slot, and what follows goes by that instant. */
  #hasRoomNow(request: OpenRequest): boolean {
    this.#rooms.pulse.now();
    return this.#hasRoom(request);
  }

  #hasRoom(request: OpenRequest): boolean {
    return hasRoom(this.#rooms.registry.count(request.userId), this.#limitOf(request));
  }

  #isSucceeding({ request, claim }: Arrival): boolean {
    return this.#rooms.resumption.successionOf(request.userId, claim).old !== null;
  }

  /** Asked anew at each use: an operator may set another one while somebody waits, or a listener in between. */
  #limitOf(request: OpenRequest): number {
    return this.#rooms.limits.inForce(claimOf(request));
  }

  #wait(arrival: Arrival): Admission {
    const { request, since, reap } = arrival;
    const { socket } = request;
    const refused = this.#rooms.reception.refuseIfClosed(arrival);
    if (refused !== null) return refused;
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
      const taken = outcome.outcome === 'admitted' ? outcome.taken : undefined;
      const end = endOfAsking(decided, {
        isOverdue: waiter.endsAt <= this.#rooms.pulse.polledAt,
        hadSlot: outcome.outcome === 'admitted',
        taken: taken?.state === 'closed' ? taken.id : null,
      });
      this.#rooms.events.emit({ type: 'askingEnded', user: waiter.seed.userId, ...end });
    }
    return decided;
  }

  #conclude(arrival: Arrival, outcome: WaitOutcome, waiter: Waiter): OpenOutcome {
    switch (outcome.outcome) {
      case 'admitted':
        return this.#rooms.reception.letIn(arrival, { ...outcome, waiter });
      case 'refused':
        return this.#rooms.reception.refuse(arrival, outcome.reason, outcome.retryAfterMs);
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
    return this.#rooms.reception.refuse(arrival, 'rate', deadline ?? settings.probeTimeoutMs);
  }
}
