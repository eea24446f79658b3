import { causeOfDeath, deathDueAt, notOut, type Patience } from '../core/death.ts';
import { evenSpread } from '../core/even-spread.ts';
import { next } from '../core/lifecycle.ts';
import type { Settings } from '../core/options.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import { beatMs, type Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

/** What the heartbeat works with. */
export interface HeartbeatRooms {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly pulse: Pulse;
  readonly door: Door;
  readonly events: EventStream;
  readonly faults: Faults;
}

/** A user who holds this share of the limit or more is pinged more often, so that a ghost is late before its owner is back. */
const pressureShare = 0.8;
/** Intervals of different sessions differ by up to this share, so that pings of a burst of arrivals spread out. */
const spreadShare = 0.2;
const markMask = 0x7f_ff_ff_ff;

/**
 * How life is proven: only frames of the peer count (I9). A peer that was heard within the interval is not pinged; one
 * ping is out at a time, and it carries a mark, so that its pong also confirms every byte written before it.
 */
export class Heartbeat {
  readonly #rooms: HeartbeatRooms;
  readonly #patience: Patience;
  readonly #probePatience: Patience;
  readonly #evidenceListeners: ((session: Session) => void)[] = [];
  readonly #confirmListeners: ((session: Session) => void)[] = [];
  #mark = 0;

  constructor(rooms: HeartbeatRooms) {
    this.#rooms = rooms;
    const { pingTimeoutMs, probeTimeoutMs, openTimeoutMs } = rooms.settings;
    this.#patience = { pingMs: pingTimeoutMs, openMs: openTimeoutMs };
    this.#probePatience = { pingMs: probeTimeoutMs, openMs: openTimeoutMs };
  }

  /** How long to wait for a session whose slot nobody needs. */
  get patience(): Patience {
    return this.#patience;
  }

  /** How long to wait for a session whose slot the same user needs. */
  get probePatience(): Patience {
    return this.#probePatience;
  }

  /** The mark of the last ping that was sent to anybody. */
  get lastMark(): number {
    return this.#mark;
  }

  /** Told of every frame that proves a session alive, after it has been noted. */
  onEvidence(listener: (session: Session) => void): void {
    this.#evidenceListeners.push(listener);
  }

  /** Told of each session whose client has confirmed `ready`, so that the ticket of its predecessor is spent. */
  onConfirmed(listener: (session: Session) => void): void {
    this.#confirmListeners.push(listener);
  }

  /**
   * Takes note of a frame of the peer. It may have lain in the kernel since just after the last poll of all sockets; so
   * that is all it proves, unless it answers a ping.
   */
  heard(session: Session, now: number, sentAfter: number = this.#rooms.pulse.polledAt): void {
    if (next(session.state, 'heard').effect !== 'note') return;
    session.heardAt = now;
    session.provenAt = Math.max(session.provenAt, sentAfter);
    for (const listener of this.#evidenceListeners) listener(session);
  }

  /** Takes note of a pong. True when it answers the ping that is out and so confirms what was written before it. */
  ponged(session: Session, mark: number): boolean {
    if (session.state !== 'live') return false;
    const { events, pulse } = this.#rooms;
    const now = pulse.now();
    let sentAfter = pulse.polledAt;
    const isAnswer = session.pingAt !== notOut && mark === session.pingMark;
    const isConfirming = isAnswer && session.predecessor !== 0;
    if (isAnswer) {
      const roundTripMs = now - session.pingAt;
      sentAfter = Math.max(sentAfter, session.pingAt);
      session.pingAt = notOut;
      session.unconfirmedBytes -= session.bytesBeforePing;
      session.bytesBeforePing = 0;
      session.acked = Math.max(session.acked, session.cursorBeforePing);
      session.predecessor = 0;
      events.emit({ type: 'pingAnswered', session: session.id, roundTripMs });
    }
    if (session.transport === 'closed') session.isTransportDoubted = true;
    this.heard(session, now, sentAfter);
    if (isConfirming) for (const listener of this.#confirmListeners) listener(session);
    return isAnswer;
  }

  /**
   * Sends a ping now unless one is out, and has the session looked at when it can be dead. A ping that could not be sent
   * is not out: its silence would tell nothing about the peer (I2).
   */
  probe(session: Session): void {
    const { socket } = session;
    if (session.state !== 'live' || session.pingAt !== notOut || socket === null || !socket.canPing)
      return;
    const { pulse, faults } = this.#rooms;
    this.#mark = (this.#mark + 1) & markMask;
    session.pingMark = this.#mark;
    session.pingAt = pulse.now();
    session.bytesBeforePing = session.unconfirmedBytes;
    session.cursorBeforePing = session.cursor;
    if (!faults.guard('socket', () => socket.ping(session.pingMark), session)) {
      session.pingAt = notOut;
      session.bytesBeforePing = 0;
      return;
    }
    pulse.bringForward(session.timer, deathDueAt(session, this.#patience));
  }

  /** Begins the heartbeat of a session that has just been attached. */
  begin(session: Session): void {
    const { pulse, registry } = this.#rooms;
    if (!this.#isNearLimit(session)) {
      pulse.move(session.timer, session.heardAt + this.#intervalMs(session));
      return;
    }
    for (const sibling of registry.of(session.userId)) {
      if (sibling.state === 'live')
        pulse.bringForward(sibling.timer, sibling.heardAt + this.#intervalMs(sibling));
    }
  }

  /** The deadline of a session has come up: ends it, pings it, or names the next one. */
  due(session: Session, now: number): number {
    const cause = causeOfDeath(session, this.#patience, now);
    if (cause !== null) {
      this.#rooms.door.reap(session, cause);
      // Matters only to one that stays: it is looked at as if it had been heard now.
      return now + this.#intervalMs(session);
    }
    if (session.state === 'opening' || session.pingAt !== notOut)
      return deathDueAt(session, this.#patience);
    const intervalMs = this.#intervalMs(session);
    const pingDueAt = session.heardAt + intervalMs;
    // A beat early rather than another look a beat later: the answer to the last ping came a moment after it was sent.
    if (now + beatMs < pingDueAt) return pingDueAt;
    this.probe(session);
    // An interval may be shorter than the patience for its ping, which is answered long before that ends.
    return Math.min(now + intervalMs, deathDueAt(session, this.#patience));
  }

  #intervalMs(session: Session): number {
    const { settings } = this.#rooms;
    const intervalMs = this.#isNearLimit(session)
      ? settings.pressurePingIntervalMs
      : settings.pingIntervalMs;
    return intervalMs * (1 - spreadShare * evenSpread(session.index));
  }

  #isNearLimit(session: Session): boolean {
    const { registry, limits } = this.#rooms;
    return (
      registry.count(session.userId) >= pressureShare * limits.of(session.userId, session.limit)
    );
  }
}

/** Whether a ping of this mark was sent after one of the other: they count up, and begin again after 2^31. */
export function isLaterMark(mark: number, than: number): boolean {
  const steps = (mark - than) & markMask;
  return steps > 0 && steps <= markMask >> 1;
}
