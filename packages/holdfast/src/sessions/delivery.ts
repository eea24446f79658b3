import type { Settings } from '../core/options.ts';
import type { ServerFrame } from '../protocol/frames.ts';
import { textFrame } from './text-frame.ts';
import type { SessionCodec } from './codec.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { History } from './history.ts';
import type { EntryNotes } from './log-notes.ts';
import type { Progress } from './progress.ts';
import type { Receipt } from './receipt.ts';
import type { Receipts } from './receipts.ts';
import type { Session } from './session.ts';
import type { SendOutcome } from './socket.ts';
import type { Run } from './log-entry.ts';
import type { UserLog } from './user-log.ts';

/** What delivery works with. */
export interface DeliveryRooms {
  readonly settings: Settings;
  readonly codec: SessionCodec;
  readonly history: History;
  readonly receipts: Receipts;
  readonly progress: Progress;
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
    const to = log.first - 1;
    if (session.cursor < to && !this.#tellGap(log, session, { to, reason: 'overflow' })) return;
    this.pumpFrom(log, session);
  }

  /** Writes what the log has for this session, as far as its window and the engine allow. */
  pump(session: Session): void {
    const log = this.#rooms.history.find(session.userId);
    if (log !== undefined) this.pumpFrom(log, session);
  }

  /** The same, for a caller who has the log at hand. */
  pumpFrom(log: UserLog, session: Session): void {
    this.#pumpAll(log, session);
    this.#rooms.progress.report(log);
  }

  #pumpAll(log: UserLog, session: Session): void {
    while (
      session.state === 'live' &&
      !session.isCongested &&
      !log.isOver &&
      session.cursor < log.last
    ) {
      const offset = session.cursor + 1;
      if (offset < log.first) {
        if (this.#fellBehind(log, session)) continue;
        return;
      }
      const notes = log.notesAt(offset);
      if (!isFor(session, notes)) session.cursor = offset;
      else if (this.#isSkipped(session, notes)) {
        if (!this.#tellExpired(log, session)) return;
      } else if (!this.#writeRun(log, session)) return;
      if (session.cursor > log.delivered) log.delivered = session.cursor;
    }
  }

  /**
   * Writes a frame that is not an event, also while events wait: a client on a slow link may ask and be answered. One that
   * asks without reading cannot pile up answers: beyond the window and the size of a log it ends as slow.
   */
  answer(session: Session, frame: ServerFrame): void {
    if (this.tell(session, frame)) return;
    this.#rooms.door.leave(session, session.transport === 'closed' ? 'connection-lost' : 'slow');
  }

  /** The same for a frame that nobody has asked for: where it has no room it is left out, and false is the answer. */
  tell(session: Session, frame: ServerFrame): boolean {
    const { codec, settings, faults } = this.#rooms;
    const text = faults.attempt('application', () => codec.encode(frame), null);
    if (text === null || session.state === 'closed') return true;
    const bytes = textFrame(text);
    const most = settings.maxUnconfirmedBytes + settings.historyBytes;
    const isRoom = session.unconfirmedBytes + bytes.length <= most;
    // Without pings nothing is ever confirmed: there, what the engine has queued is the bound.
    const isBounded = session.socket?.canPing === true || !session.isCongested;
    return isRoom && isBounded && this.#send(session, bytes, null);
  }

  /** The peer has confirmed a window, or the engine has room again: goes on. */
  resume(session: Session): void {
    this.pump(session);
    this.#markHalf(session);
    if ((session.awaited?.size ?? 0) > 0) this.#rooms.heartbeat.probe(session);
  }

  /** False when the session was ended instead of told. */
  #fellBehind(log: UserLog, session: Session): boolean {
    const to = log.first - 1;
    if (this.#rooms.settings.onSlow === 'gap')
      return this.#tellGap(log, session, { to, reason: 'overflow' });
    this.#rooms.door.leave(session, 'slow');
    return false;
  }

  /** Whether the time of the next event is over, so that nobody is written it any more. */
  #isSkipped(session: Session, notes: EntryNotes | null): boolean {
    if (notes === null || notes.receipt === null) return false;
    return this.#rooms.receipts.isSkipped(notes.receipt, session);
  }

  /** Tells of the next event, and of all right behind it, whose time is over. False when it could not be written yet. */
  #tellExpired(log: UserLog, session: Session): boolean {
    let to = session.cursor + 1;
    while (to < log.last) {
      const notes = log.notesAt(to + 1);
      if (!isFor(session, notes) || !this.#isSkipped(session, notes)) break;
      to += 1;
    }
    return this.#tellGap(log, session, { to, reason: 'expired' });
  }

  /** False when it could not be written yet. */
  #tellGap(log: UserLog, session: Session, { to, reason }: Missing): boolean {
    const { codec, events, faults } = this.#rooms;
    const before = session.cursor;
    const from = before + 1;
    const { epoch } = log;
    const gap = { type: 'gap', reason, epoch, offset: to, from, to } as const;
    const text = faults.attempt('application', () => codec.encode(gap), null);
    session.cursor = to;
    if (text !== null && !this.#writeNotice(session, textFrame(text))) {
      if (this.#isIn(log, session)) takeBack(session, { before, to });
      return false;
    }
    if (to > log.delivered) log.delivered = to;
    const about = { user: session.userId, session: session.id };
    events.emit({ type: 'gapTold', ...about, from, to });
    const uncounted = log.uncounted(from, to);
    if (uncounted > 0)
      events.emit({ type: 'lost', user: session.userId, events: uncounted, reason });
    return true;
  }

  /** Whether its cursor is a place in the record of this log: whoever was written to may have heard of another one. */
  #isIn({ epoch }: UserLog, session: Session): boolean {
    return this.#rooms.history.epochIn(session) === epoch;
  }

  #writeNotice(session: Session, frame: Uint8Array): boolean {
    return this.#hasRoom(session, frame.length) && this.#send(session, frame, null);
  }

  /** Writes the next of the log, as much of it as goes at once. False when it has to wait. */
  #writeRun(log: UserLog, session: Session): boolean {
    const room = this.#rooms.settings.maxUnconfirmedBytes - session.unconfirmedBytes;
    const before = session.cursor;
    const run = log.run(before + 1, room);
    if (!this.#hasRoom(session, run.frames.length + (run.rest?.length ?? 0))) return false;
    // Moved first: an engine that calls back from within finds nothing left to write twice.
    session.cursor = run.last;
    const isSent =
      run.receipt === null
        ? this.#send(session, run.frames, run.rest)
        : this.#sendTracked(session, run, run.receipt);
    if (isSent) return true;
    if (this.#isIn(log, session)) takeBack(session, { before, to: run.last });
    return false;
  }

  /** One event whose publisher wants to know: the ping behind it has its client confirm it within a round trip. */
  #sendTracked(session: Session, { frames, rest }: Run, receipt: Receipt): boolean {
    const { receipts, heartbeat } = this.#rooms;
    receipts.hold(receipt);
    if (!this.#send(session, frames, rest)) {
      receipts.letGo(receipt);
      return false;
    }
    receipts.written(receipt, session);
    if (receipt.outcome === null) heartbeat.probe(session);
    return true;
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

/** Events that a session does not get, from the next one on. */
interface Missing {
  readonly to: number;
  readonly reason: 'overflow' | 'expired';
}

/** The cursor was moved before a write that has failed. Moved on meanwhile, by an engine that calls back, it stays. */
function takeBack(session: Session, { before, to }: { before: number; to: number }): void {
  if (session.cursor === to) session.cursor = before;
  session.acked = Math.min(session.acked, session.cursor);
  session.cursorBeforePing = Math.min(session.cursorBeforePing, session.cursor);
}

function isFor(session: Session, notes: EntryNotes | null): boolean {
  return notes === null || notes.onlyFor === null || notes.onlyFor === session.lineage;
}
