import { type Heartbeat, isLaterMark } from './heartbeat.ts';
import type { Session } from './session.ts';

/**
 * Sessions whose record was begun anew, and whose client may not have heard of it yet: what it acknowledges are places in the
 * former one. It has heard once it has answered a ping that was sent after it was told.
 */
export class Restarts {
  readonly #heartbeat: Heartbeat;
  /** The mark of the last ping before each was told; null before the first. */
  #toldAfter: WeakMap<Session, number> | null = null;

  constructor(heartbeat: Heartbeat) {
    this.#heartbeat = heartbeat;
  }

  has(session: Session): boolean {
    return this.#toldAfter?.has(session) === true;
  }

  /** A session is in another record now, and about to be told. Where its engine cannot ping, nobody knows when that is heard. */
  moved(session: Session): void {
    if (session.socket?.canPing !== true) return;
    this.#toldAfter ??= new WeakMap();
    this.#toldAfter.set(session, this.#heartbeat.lastMark);
  }

  /** A session was told. */
  told(session: Session): void {
    if (!this.has(session)) return;
    this.moved(session);
    this.#heartbeat.probe(session);
  }

  /** A ping of this session was answered. */
  answered(session: Session, mark: number): void {
    const toldAfter = this.#toldAfter?.get(session);
    if (toldAfter === undefined) return;
    if (isLaterMark(mark, toldAfter)) this.#toldAfter?.delete(session);
    else this.#heartbeat.probe(session);
  }
}
