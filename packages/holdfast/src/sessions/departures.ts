import { causeOfDeath, notOut } from '../core/death.ts';
import { never, noEntry, type Timed } from '../core/timing-wheel.ts';
import type { Clock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import type { Door } from './door.ts';
import { type Heartbeat, isLaterMark } from './heartbeat.ts';
import type { History } from './history.ts';
import type { HookRunner } from './hooks.ts';
import type { LingeringSockets } from './lingering.ts';
import { beatMs, type Pulse } from './pulse.ts';
import type { Session } from './session.ts';
import type { Tickets } from './tickets.ts';

/** What seeing sessions off works with. */
export interface DeparturesRooms {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly delivery: Delivery;
  readonly heartbeat: Heartbeat;
  readonly history: History;
  readonly hookRunner: HookRunner;
  readonly tickets: Tickets;
  readonly lingering: LingeringSockets;
  readonly door: Door;
}

/** So much before its instant a session is looked at: whoever is closed for it is closed before it. */
const aheadMs = 2 * beatMs;
/** From one look to the next at a session that is slow: the answer to its ping is heard of without looking. */
const slowLookMs = 5 * beatMs;

/**
 * Sessions on their way out. Each is told when its client shall be back, and closed with that same instant as soon as the
 * client has everything.
 *
 * ```
 *  told ──▶ everything written, a ping after it answered ──▶ no hook under way ──▶ closed 1012
 *    ├───── its instant is near, and it is late, or cannot be asked ─────────────────▲
 *    └───── the drain time is up ────────────────────────────────────────────────────┘
 * ```
 */
export class Departures {
  readonly #rooms: DeparturesRooms;
  readonly #departures: Map<Session, Departure> = new Map();

  constructor(rooms: DeparturesRooms) {
    this.#rooms = rooms;
  }

  get size(): number {
    return this.#departures.size;
  }

  has(session: Session): boolean {
    return this.#departures.has(session);
  }

  /**
   * Tells a session when to come back, with the ticket for it, and asks for the proof that it has everything. One that is
   * still opening has nobody to tell: it is closed.
   *
   * @param returnAtRaw by the raw clock: whoever is told of it counts real time
   */
  tell(session: Session, returnAtRaw: number): void {
    const { clock, delivery, heartbeat, history, pulse, tickets } = this.#rooms;
    const fair = pulse.now();
    const now = clock.nowMs();
    if (session.state !== 'live') {
      this.#close(session, returnAtRaw);
      return;
    }
    const times = { returnAtRaw, dueAt: fair + returnAtRaw - now - aheadMs };
    const departure = new Departure(this, session, times);
    this.#departures.set(session, departure);
    const reconnectInMs = Math.ceil(Math.max(0, returnAtRaw - now));
    delivery.tell(session, { type: 'drain', reconnectInMs, ticket: tickets.issue(session) });
    departure.toldAfter = heartbeat.lastMark;
    delivery.resume(session);
    if (!this.has(session)) return;
    departure.upTo = history.find(session.userId)?.last ?? session.cursor;
    departure.isConfirmed = session.socket?.canPing === false;
    departure.timer = pulse.add(departure, departure.isConfirmed ? fair : times.dueAt);
    heartbeat.probe(session);
  }

  /** A ping of this session was answered. */
  answered(session: Session, mark: number): void {
    const departure = this.#departures.get(session);
    if (departure === undefined) return;
    const { heartbeat, pulse } = this.#rooms;
    if (isLaterMark(mark, departure.toldAfter) && session.acked >= departure.upTo)
      departure.isConfirmed = true;
    if (!departure.isConfirmed) heartbeat.probe(session);
    else if (!this.#conclude(departure)) pulse.bringForward(departure.timer, pulse.latest + beatMs);
  }

  /** A session is over, for whatever reason. */
  left(session: Session): void {
    const departure = this.#departures.get(session);
    if (departure === undefined) return;
    this.#departures.delete(session);
    this.#rooms.pulse.remove(departure.timer);
    departure.timer = noEntry;
  }

  /** Looks at a session whose instant is near, or that has only to wait for its hooks. */
  due(departure: Departure, now: number): number {
    const { dueAt, isConfirmed } = departure;
    if (this.#conclude(departure)) return never;
    const soon = now + (isConfirmed ? beatMs : slowLookMs);
    if (now < dueAt) return isConfirmed ? soon : dueAt;
    if (this.#isMoving(departure)) return soon;
    this.#close(departure.session, departure.returnAtRaw);
    return never;
  }

  /** The time is up: closes a session whatever is under way. Who was not told when to come back is told nothing now. */
  dismiss(session: Session): void {
    const departure = this.#departures.get(session);
    if (departure === undefined) this.#rooms.door.leave(session, 'shutdown');
    else this.#close(session, departure.returnAtRaw);
  }

  /** Closes a session whose client has everything and for which nothing is under way. False when it has to wait. */
  #conclude({ session, isConfirmed, returnAtRaw }: Departure): boolean {
    const { history, hookRunner, lingering } = this.#rooms;
    const last = history.find(session.userId)?.last ?? session.cursor;
    const isWritten = session.cursor >= last && !session.isCongested;
    // Where no socket may linger any more, the oldest would be cut before its close frame is out.
    if (!isConfirmed || !isWritten || hookRunner.isBusy(session) || lingering.isFull) return false;
    this.#close(session, returnAtRaw);
    return true;
  }

  /** Something will be done in a while: a hook of this session, or its client reads on. Slow is not dead. */
  #isMoving({ session, isConfirmed }: Departure): boolean {
    const { heartbeat, hookRunner, pulse, lingering } = this.#rooms;
    if (hookRunner.isBusy(session) || (isConfirmed && lingering.isFull)) return true;
    heartbeat.probe(session);
    if (session.pingAt === notOut) return false;
    return causeOfDeath(session, heartbeat.probePatience, pulse.polledAt) === null;
  }

  #close(session: Session, returnAtRaw: number): void {
    const retryAfterMs = Math.max(0, returnAtRaw - this.#rooms.clock.nowMs());
    this.#rooms.door.leave(session, 'shutdown', { retryAfterMs });
  }
}

/** A session on its way out. */
class Departure implements Timed {
  readonly #departures: Departures;
  readonly session: Session;
  /** The instant for which its client was told to come back. */
  readonly returnAtRaw: number;
  /** When that is near, by the fair clock. */
  readonly dueAt: number;
  /** The mark of the last ping before it was told: only the answer to a later one proves that it was heard. */
  toldAfter = 0;
  /** The end of its log when it was told; before that nothing confirms anything. */
  upTo: number = Number.POSITIVE_INFINITY;
  /** Its client has everything up to there, or cannot be asked. */
  isConfirmed = false;
  timer: number = noEntry;

  constructor(
    departures: Departures,
    session: Session,
    times: { readonly returnAtRaw: number; readonly dueAt: number },
  ) {
    this.#departures = departures;
    this.session = session;
    this.returnAtRaw = times.returnAtRaw;
    this.dueAt = times.dueAt;
  }

  due(now: number): number {
    return this.#departures.due(this, now);
  }
}
