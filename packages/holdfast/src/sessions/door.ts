import type { DeathCause } from '../core/death.ts';
import { next, type SessionInput } from '../core/lifecycle.ts';
import { noEntry } from '../core/timing-wheel.ts';
import { closeCauses, type EndedBy, type SessionEnd } from '../protocol/close-causes.ts';
import type { Clock } from './clock.ts';
import type { Enforcement } from './enforcement.ts';
import type { EventStream } from './event-stream.ts';
import type { LingeringSockets } from './lingering.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { RevokedLineages } from './revoked-lineages.ts';
import type { Session, SessionSeed } from './session.ts';

/** What the door works with. */
export interface DoorRooms {
  readonly registry: Registry;
  readonly enforcement: Enforcement;
  readonly pulse: Pulse;
  readonly lingering: LingeringSockets;
  readonly revokedLineages: RevokedLineages;
  readonly events: EventStream;
  readonly clock: Clock;
  readonly openTimeoutMs: number;
}

/** What the ending of a session is to its lifecycle, by who ended it. */
const inputOf: Readonly<Record<EndedBy, SessionInput>> = {
  peer: 'end',
  death: 'death',
  order: 'order',
  breach: 'order',
  refusal: 'order',
};

/** Told, in the same tick, of each session that has just left, once everything about it is consistent. */
export type LeaveListener = (session: Session, cause: SessionEnd, about: LeaveNote) => void;

/**
 * The one door in and the one door out. Both are synchronous, so a slot is reserved before any await and given back in
 * the tick in which the first sign of the end is seen.
 */
export class Door {
  readonly #rooms: DoorRooms;
  readonly #leaveListeners: LeaveListener[] = [];
  readonly #spareListeners: ((session: Session) => void)[] = [];

  constructor(rooms: DoorRooms) {
    this.#rooms = rooms;
  }

  /** Called by the rooms of the layer while it is built; in this order. */
  onLeave(listener: LeaveListener): void {
    this.#leaveListeners.push(listener);
  }

  /** Told of each dead session that stays because its user is only observed; again at every look. */
  onSpare(listener: (session: Session) => void): void {
    this.#spareListeners.push(listener);
  }

  /** Takes a slot. Whether there is one was decided before, in the same tick. */
  enter(seed: SessionSeed): Session {
    const session = this.#rooms.registry.add(seed);
    session.timer = this.#rooms.pulse.add(session, seed.now + this.#rooms.openTimeoutMs);
    return session;
  }

  /**
   * Gives the slot of a session to the one that its client has come back with, or for which its user has ended it. The slot
   * is never free in between, so it goes past whoever waits, and the old socket may be as dead as it likes.
   */
  supersede(old: Session, seed: SessionSeed, cause: 'superseded' | 'taken-over'): Session {
    const session = this.#rooms.registry.replace(old, seed);
    session.timer = this.#rooms.pulse.add(session, seed.now + this.#rooms.openTimeoutMs);
    this.leave(old, cause);
    return session;
  }

  /** Ends a session that is dead, unless that is only to be observed. False when it stays, or was over already. */
  reap(session: Session, cause: DeathCause): boolean {
    if (this.#rooms.enforcement.endsDead(session, cause)) return this.leave(session, cause);
    for (const listener of this.#spareListeners) listener(session);
    return false;
  }

  /**
   * Ends a session and names the cause. False when it was over already: whoever comes late changes nothing.
   * Order: the slot first, then what could still reach the session, then the socket, then everybody who wants to know.
   */
  leave(session: Session, cause: SessionEnd, about: LeaveNote = {}): boolean {
    const { registry, pulse, lingering, revokedLineages, events, clock } = this.#rooms;
    const { to, effect } = next(session.state, inputOf[closeCauses[cause].by]);
    if (effect !== 'release') return false;
    session.state = to;
    registry.remove(session);
    pulse.remove(session.timer);
    session.timer = noEntry;
    // Before anybody hears of it: whoever does may come with its ticket.
    if (cause === 'revoked') revokedLineages.add(session, pulse.latest);
    const { socket } = session;
    session.socket = null;
    if (socket !== null) lingering.dismiss(socket, cause, about.retryAfterMs);
    const ageMs = Math.floor(clock.nowMs() - session.openedAtRaw);
    const note = about.note === undefined ? {} : { note: about.note };
    events.emit({
      type: 'closed',
      session: session.id,
      user: session.userId,
      cause,
      ageMs,
      ...note,
    });
    for (const listener of this.#leaveListeners) listener(session, cause, about);
    return true;
  }
}

/** What else is known about a leave. */
export interface LeaveNote {
  /** Words of the administrator, for the log; never sent. */
  readonly note?: string;
  /** Told to the client in the close reason. */
  readonly retryAfterMs?: number;
}
