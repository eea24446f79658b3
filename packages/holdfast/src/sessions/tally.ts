import { isOverdue } from '../core/death.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';

/** What can only be read from the sessions one by one. */
export interface Tallied {
  readonly opening: number;
  /**
   * Sessions of which nothing was heard for longer than the heartbeat allows, and which are there all the same. Must be 0.
   * Those that cannot be pinged, and those of users who are only observed, are not meant.
   */
  readonly overdue: number;
  readonly usersAtLimit: number;
  readonly unconfirmedBytes: number;
  /** Age of the session that has been there longest; 0 without sessions. */
  readonly oldestMs: number;
}

/** Users looked at between two looks at the clock. */
const sliceUsers = 256;

/** One look at every session, which may be taken in slices. */
export class Tally {
  readonly #rooms: Rooms;
  readonly #crowds: Iterator<readonly Session[]>;
  #opening = 0;
  #overdue = 0;
  #usersAtLimit = 0;
  #unconfirmedBytes = 0;
  #oldestAt = Number.POSITIVE_INFINITY;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
    this.#crowds = rooms.registry.crowds();
  }

  /** Goes on until then by the clock; whether everybody has been looked at. */
  step(endsAt: number): boolean {
    for (;;) {
      for (let looked = 0; looked < sliceUsers; looked += 1) {
        const next = this.#crowds.next();
        if (next.done === true) return true;
        this.#look(next.value);
      }
      if (this.#rooms.clock.nowMs() >= endsAt) return false;
    }
  }

  read(): Tallied {
    const now = this.#rooms.clock.nowMs();
    return {
      opening: this.#opening,
      overdue: this.#overdue,
      usersAtLimit: this.#usersAtLimit,
      unconfirmedBytes: this.#unconfirmedBytes,
      oldestMs: Math.max(0, Math.floor(now - Math.min(now, this.#oldestAt))),
    };
  }

  #look(sessions: readonly Session[]): void {
    const [first] = sessions;
    if (first === undefined) return;
    const { limits, heartbeat, settings, pulse } = this.#rooms;
    if (sessions.length >= limits.of(first.userId, first.limit)) this.#usersAtLimit += 1;
    const rules = { intervalMs: settings.pingIntervalMs, patience: heartbeat.patience };
    for (const session of sessions) {
      if (session.state === 'opening') this.#opening += 1;
      if (isOverdue(session, rules, pulse.polledAt) && this.#mayEnd(session)) this.#overdue += 1;
      this.#unconfirmedBytes += session.unconfirmedBytes;
      this.#oldestAt = Math.min(this.#oldestAt, session.openedAtRaw);
    }
  }

  #mayEnd({ socket, stance }: Session): boolean {
    return socket?.canPing !== false && !this.#rooms.enforcement.isObserved(stance);
  }
}
