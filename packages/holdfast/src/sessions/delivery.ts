import type { Settings } from '../core/options.ts';
import type { ServerFrame } from '../protocol/frames.ts';
import { textFrame } from './text-frame.ts';
import type { SessionCodec } from './codec.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { History } from './history.ts';
import type { Session } from './session.ts';
import type { SendOutcome } from './socket.ts';
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
      const offset = session.cursor + 1;
      if (offset < log.first) {
        if (this.#fellBehind(log, session)) continue;
        return;
      }
      const onlyFor = log.onlyFor(offset);
      if (onlyFor !== null && onlyFor !== session.lineage) session.cursor = offset;
      else if (!this.#writeRun(log, session)) return;
      if (session.cursor > log.delivered) log.delivered = session.cursor;
    }
  }

  /**
   * Writes a frame that is not an event, also while events wait: a client on a slow link may ask and be answered. One that
   * asks without reading cannot pile up answers: beyond the window and the size of a log it ends as slow.
   */
  answer(session: Session, frame: ServerFrame): void {
    const { codec, door, settings, faults } = this.#rooms;
    const text = faults.attempt('application', () => codec.encode(frame), null);
    if (text === null || session.state === 'closed') return;
    const answer = textFrame(text);
    const most = settings.maxUnconfirmedBytes + settings.historyBytes;
    const isRoom = session.unconfirmedBytes + answer.length <= most;
    // Without pings nothing is ever confirmed: there, what the engine has queued is the bound.
    const isBounded = session.socket?.canPing === true || !session.isCongested;
    if (isRoom && isBounded && this.#send(session, answer, null)) return;
    door.leave(session, session.transport === 'closed' ? 'connection-lost' : 'slow');
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
    const { codec, history, events, faults } = this.#rooms;
    const from = session.cursor + 1;
    const to = log.first - 1;
    const { epoch } = history;
    const gap = { type: 'gap', reason: 'overflow', epoch, offset: to, from, to } as const;
    const text = faults.attempt('application', () => codec.encode(gap), null);
    if (text !== null && !this.#writeNotice(session, textFrame(text))) return false;
    session.cursor = to;
    if (to > log.delivered) log.delivered = to;
    const about = { user: session.userId, session: session.id };
    events.emit({ type: 'gapTold', ...about, from, to });
    events.emit({ type: 'lost', user: session.userId, events: to - from + 1, reason: 'overflow' });
    return true;
  }

  #writeNotice(session: Session, frame: Uint8Array): boolean {
    return this.#hasRoom(session, frame.length) && this.#send(session, frame, null);
  }

  /** Writes the next of the log, as much of it as goes at once. False when it has to wait. */
  #writeRun(log: UserLog, session: Session): boolean {
    const room = this.#rooms.settings.maxUnconfirmedBytes - session.unconfirmedBytes;
    const before = session.cursor;
    const { frames, rest, last } = log.run(before + 1, room);
    if (!this.#hasRoom(session, frames.length + (rest?.length ?? 0))) return false;
    // Moved first: an engine that calls back from within finds nothing left to write twice.
    session.cursor = last;
    if (this.#send(session, frames, rest)) return true;
    if (session.cursor === last) session.cursor = before;
    session.cursorBeforePing = Math.min(session.cursorBeforePing, session.cursor);
    return false;
  }

  /** False when so many bytes have to wait until a pong has confirmed what was written before. */
  #hasRoom(session: Session, bytes: number): boolean {
    const { settings, heartbeat } = this.#rooms;
    const unconfirmed = session.unconfirmedBytes;
    if (unconfirmed === 0 || unconfirmed + bytes <= settings.maxUnconfirmedBytes) return true;
    heartbeat.probe(session);
    return false;
  }

  #send(session: Session, frames: Uint8Array, rest: Uint8Array | null): boolean {
    const { socket } = session;
    if (socket === null) return false;
    const { faults } = this.#rooms;
    const send = (): SendOutcome => socket.send(frames, rest);
    const outcome = faults.attempt<SendOutcome>('socket', send, 'dropped');
    session.isCongested = outcome === 'queued';
    if (outcome === 'dropped') return false;
    if (socket.canPing) session.unconfirmedBytes += frames.length + (rest?.length ?? 0);
    this.#markHalf(session);
    return true;
  }

  #markHalf(session: Session): void {
    const { settings, heartbeat } = this.#rooms;
    if (session.unconfirmedBytes * 2 >= settings.maxUnconfirmedBytes) heartbeat.probe(session);
  }
}
