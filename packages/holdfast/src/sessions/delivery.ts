import type { Settings } from '../core/options.ts';
import type { ServerFrame } from '../protocol/frames.ts';
import type { SessionCodec } from './codec.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { History } from './history.ts';
import type { Session } from './session.ts';
import { type OutgoingFrame, outgoingFrame, type SendOutcome } from './socket.ts';
import type { UserLog } from './user-log.ts';

/** What delivery works with. */
export interface DeliveryRooms {
  readonly settings: Settings;
  readonly codec: SessionCodec;
  readonly history: History;
  readonly heartbeat: Heartbeat;
  readonly door: Door;
  readonly events: EventStream;
  readonly faults: Faults;
}

/**
 * The only way out to a session: from the user's log, at the session's own pace. What the kernel has taken is invisible,
 * so at most a window of bytes is written beyond the last position the peer confirmed by a pong; a ping marks the end of
 * each half of it. A slow or dead session costs its cursor and nothing more.
 *
 * ```
 *  log      ─ … ─ cursor ─ … ─ last
 *  socket   confirmed ─ (ping) ─ unconfirmed ≤ window
 * ```
 */
export class Delivery {
  readonly #rooms: DeliveryRooms;

  constructor(rooms: DeliveryRooms) {
    this.#rooms = rooms;
  }

  /**
   * Writes what waits for a session that has just been greeted. What is gone by then is told as a gap whatever the
   * policy: it was not this session that was slow, and closing it would shut the user out.
   */
  begin(session: Session): void {
    const log = this.#rooms.history.find(session.userId);
    if (log === undefined) return;
    if (session.cursor < log.first - 1 && !this.#tellGap(log, session)) return;
    this.pumpFrom(log, session);
  }

  /** Writes what the log has for this session, as far as its window and the engine allow. */
  pump(session: Session): void {
    const log = this.#rooms.history.find(session.userId);
    if (log !== undefined) this.pumpFrom(log, session);
  }

  /** The same, for a caller who has the log at hand. */
  pumpFrom(log: UserLog, session: Session): void {
    while (session.state === 'live' && !session.isCongested && session.cursor < log.last) {
      if (session.cursor < log.first - 1 && !this.#fellBehind(log, session)) return;
      const entry = log.at(session.cursor + 1);
      if (entry === undefined) continue;
      if (entry.onlyFor !== null && entry.onlyFor !== session.id) session.cursor += 1;
      else if (this.#write(session, entry.frame)) session.cursor += 1;
      else return;
      if (session.cursor > log.delivered) log.delivered = session.cursor;
    }
  }

  /**
   * Writes a frame that is not an event, also while events wait: a client on a slow link may ask and be answered. One that
   * asks without reading cannot pile up answers: beyond the window and the size of a log it ends as slow.
   */
  answer(session: Session, frame: ServerFrame): void {
    const { codec, door, settings } = this.#rooms;
    const text = codec.encode(frame);
    if (text === null || session.state !== 'live') return;
    const answer = outgoingFrame(text);
    const most = settings.maxUnconfirmedBytes + settings.historyBytes;
    const isRoom = session.unconfirmedBytes + answer.bytes <= most;
    // Without pings nothing is ever confirmed: there, what the engine has queued is the bound.
    const isBounded = session.socket?.canPing === true || !session.isCongested;
    if (isRoom && isBounded && this.#send(session, answer)) return;
    door.leave(session, 'slow');
  }

  /** The peer has confirmed a window, or the engine has room again: goes on. */
  resume(session: Session): void {
    this.pump(session);
    this.#markHalf(session);
  }

  /** False when the session was ended instead of told. */
  #fellBehind(log: UserLog, session: Session): boolean {
    if (this.#rooms.settings.onSlow === 'gap') return this.#tellGap(log, session);
    this.#rooms.door.leave(session, 'slow');
    return false;
  }

  /** False when it could not be written yet. */
  #tellGap(log: UserLog, session: Session): boolean {
    const { codec, history, events } = this.#rooms;
    const from = session.cursor + 1;
    const to = log.first - 1;
    const text = codec.encode({
      type: 'gap',
      reason: 'overflow',
      epoch: history.epoch,
      offset: to,
      from,
      to,
    });
    if (text !== null && !this.#write(session, outgoingFrame(text))) return false;
    session.cursor = to;
    if (to > log.delivered) log.delivered = to;
    const about = { user: session.userId, session: session.id };
    events.emit({ type: 'gapTold', ...about, from, to });
    events.emit({ type: 'lost', user: session.userId, events: to - from + 1, reason: 'overflow' });
    return true;
  }

  /** True when the frame is on its way. False when it has to wait for a pong or for the engine. */
  #write(session: Session, frame: OutgoingFrame): boolean {
    const { settings, heartbeat } = this.#rooms;
    const unconfirmed = session.unconfirmedBytes;
    if (unconfirmed === 0 || unconfirmed + frame.bytes <= settings.maxUnconfirmedBytes)
      return this.#send(session, frame);
    heartbeat.probe(session);
    return false;
  }

  #send(session: Session, frame: OutgoingFrame): boolean {
    const { socket } = session;
    if (socket === null) return false;
    const { faults } = this.#rooms;
    const outcome = faults.attempt<SendOutcome>('socket', () => socket.send(frame), 'dropped');
    session.isCongested = outcome === 'queued';
    if (outcome === 'dropped') return false;
    if (socket.canPing) session.unconfirmedBytes += frame.bytes;
    this.#markHalf(session);
    return true;
  }

  #markHalf(session: Session): void {
    const { settings, heartbeat } = this.#rooms;
    if (session.unconfirmedBytes * 2 >= settings.maxUnconfirmedBytes) heartbeat.probe(session);
  }
}
