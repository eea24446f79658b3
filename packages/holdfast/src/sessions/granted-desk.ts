import { checkLimit } from '../core/options.ts';
import { UsageError } from '../core/usage-error.ts';
import type { Clock } from './clock.ts';
import type { ClusterSeat } from './cluster-seat.ts';
import type { Faults } from './faults.ts';
import type { Grant } from './grant.ts';
import type { LingeringSockets } from './lingering.ts';
import type { Mirror } from './mirror.ts';
import type { OpenOutcome, OpenRequest, Refusal } from './open-request.ts';
import type { Pulse } from './pulse.ts';
import type { Arrival, Reception } from './reception.ts';
import { checkResume, type Resumption } from './resumption.ts';
import { checkSocket } from './socket.ts';
import { transportOf } from './transport.ts';
import { checkUserId } from './user-id.ts';

/** What the desk of a cluster works with. */
export interface GrantedDeskRooms {
  readonly cluster: ClusterSeat | null;
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly mirror: Mirror;
  readonly resumption: Resumption;
  readonly reception: Reception;
  readonly refusals: LingeringSockets;
  readonly faults: Faults;
}

/** Receives newcomers about whom the store of a cluster has decided. It has no say: no limit, no rate, no waiting. */
export class GrantedDesk {
  readonly #rooms: GrantedDeskRooms;

  constructor(rooms: GrantedDeskRooms) {
    this.#rooms = rooms;
  }

  /** @throws UsageError for what cannot be meant, and `bad-state` without a cluster */
  enter(request: OpenRequest, grant: Grant): OpenOutcome {
    const { cluster, pulse, mirror, reception, refusals, faults } = this.#rooms;
    checkRequest(request);
    if (cluster === null) throw withoutCluster();
    pulse.ensure();
    const { userId, socket } = request;
    const arrival = this.#arrivalOf(request, grant.waitedMs);
    const refused = reception.refuseIfClosed(arrival);
    if (refused !== null) return refused;
    if (socket !== undefined && transportOf(socket, faults) === 'closed') {
      refusals.dismiss(socket, 'released');
      return { outcome: 'left' };
    }
    const record = mirror.recordOf(userId);
    const isAnother = record !== null && record.epoch !== grant.record.epoch;
    // What came here since the store was asked is newer than what it said.
    const agreed = isAnother ? { ...grant, record } : grant;
    return reception.letIn(arrival, { concluded: null, grant: agreed });
  }

  /** Turns a newcomer away for a reason that was found elsewhere. */
  refuse(request: OpenRequest, refusal: Refusal, waitedMs: number): OpenOutcome {
    checkRequest(request);
    return this.#rooms.reception.dismiss(this.#arrivalOf(request, waitedMs), refusal, waitedMs);
  }

  /** The same for one who still waits, if no newcomer is let in any more; null otherwise. */
  refuseIfClosed(request: OpenRequest, waitedMs: number): OpenOutcome | null {
    checkRequest(request);
    return this.#rooms.reception.refuseIfClosed(this.#arrivalOf(request, waitedMs));
  }

  #arrivalOf(request: OpenRequest, waitedMs: number): Arrival {
    const { clock, pulse, resumption } = this.#rooms;
    return {
      request,
      since: pulse.now() - Math.max(0, waitedMs),
      // When the sockets had been polled before it came was not noted: having come proves nothing.
      sentAfter: Number.NEGATIVE_INFINITY,
      reap: { examined: 0, found: 0, freed: 0 },
      startedAtMs: request.startedAtMs ?? clock.nowMs() - Math.max(0, waitedMs),
      claim: resumption.read(request.userId, request.resume),
    };
  }
}

/** Whoever held the socket until now hands it over. */
function checkRequest({ userId, socket, limit, resume }: OpenRequest): void {
  checkUserId(userId);
  if (socket !== undefined) checkSocket(socket);
  if (limit !== undefined) checkLimit(limit);
  if (resume !== undefined) checkResume(resume);
}

function withoutCluster(): UsageError {
  return new UsageError(
    'bad-state',
    'Expected a session layer with a seat in a cluster, got one that stands alone. Use `open`.',
  );
}
