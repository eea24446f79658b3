import { never, noEntry } from '../core/timing-wheel.ts';
import type { Clock } from './clock.ts';
import type { SessionCodec } from './codec.ts';
import type { Delivery } from './delivery.ts';
import type { Faults } from './faults.ts';
import type { History } from './history.ts';
import type { EntryNotes } from './log-notes.ts';
import type { LogWriter } from './log-writer.ts';
import { draftsOf, reuse, unsayable } from './mirror-drafts.ts';
import type { Pulse } from './pulse.ts';
import type { Receipts } from './receipts.ts';
import type { Registry } from './registry.ts';
import type { Restarts } from './restarts.ts';
import type { Session } from './session.ts';
import type { LogEntry, RecordHead, Tracked } from './store/acts.ts';
import { payloadsOf } from './text-frame.ts';
import type { EntryDraft } from './log-entry.ts';
import type { UserLog } from './user-log.ts';

/** What mirroring works with. */
export interface MirrorRooms {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly codec: SessionCodec;
  readonly registry: Registry;
  readonly history: History;
  readonly writer: LogWriter;
  readonly delivery: Delivery;
  readonly receipts: Receipts;
  readonly restarts: Restarts;
  readonly faults: Faults;
}

/** Where the record of a user stands here; `first` is `last` + 1 where nothing of it is kept. */
export interface MirrorHead {
  readonly epoch: string;
  readonly first: number;
  readonly last: number;
}

/** What the store has of a record, or a part of it. */
export interface MirrorPart {
  readonly epoch: string;
  /** The entries follow after this offset, without holes. */
  readonly after: number;
  /** What the record counts as delivered. */
  readonly delivered: number;
  readonly entries: readonly LogEntry[];
}

/** An event that the store has appended. */
export interface MirrorEntry {
  readonly epoch: string;
  readonly offset: number;
  readonly entry: LogEntry;
}

/**
 * What became of an event that the store has appended. `known`: it is here already. `ahead`: others before it are missing.
 * `other-epoch`: sessions here are in another record of this user. `unknown`: nobody of the user is here.
 */
export type Mirrored = 'appended' | 'known' | 'ahead' | 'other-epoch' | 'unknown';

/**
 * The logs of a layer whose records are kept by a store: each is a copy of the tail of one user's record, begun when there is
 * something to write, and let go like any log. All sessions of a user here are in one record. Where there is no log, none of
 * them is before the end of it.
 */
export class Mirror {
  readonly #rooms: MirrorRooms;

  constructor(rooms: MirrorRooms) {
    this.#rooms = rooms;
  }

  /** Where the record of this user stands here: the end of the log, or what a session was told; null without either. */
  headOf(userId: string): MirrorHead | null {
    const { history, registry } = this.#rooms;
    const log = history.find(userId);
    if (log !== undefined) return { epoch: log.epoch, first: log.first, last: log.last };
    const sessions = registry.of(userId);
    const [session] = sessions;
    if (session === undefined) return null;
    const epoch = session.grant?.record.epoch ?? history.epochIn(session);
    const last = Math.min(...sessions.map(({ grant, cursor }) => grant?.record.last ?? cursor));
    return { epoch, first: last + 1, last };
  }

  /**
   * The furthest place of its record that anybody of this user has been at, who is here; beyond the end of the log where
   * somebody has come from a node that was ahead of this one, and the store could not be asked.
   */
  furthestOf(userId: string): number {
    const cursors = this.#rooms.registry.of(userId).map(({ cursor }) => cursor);
    return Math.max(this.headOf(userId)?.last ?? 0, ...cursors);
  }

  /** The same, with how far it was delivered: where a newcomer of this user begins. */
  recordOf(userId: string): RecordHead | null {
    const head = this.headOf(userId);
    if (head === null) return null;
    const delivered = this.#rooms.history.find(userId)?.delivered ?? head.last;
    return { ...head, delivered };
  }

  /**
   * Brings in what the store has: the log of the user begins with it, goes on with it, or reaches further back. Sessions keep
   * their places and are written what waits for them; those in another record are told first that it is gone. What would
   * leave a hole before what is here is left out.
   */
  begin(userId: string, part: MirrorPart): void {
    const { history, pulse, writer } = this.#rooms;
    const { epoch, after, delivered } = part;
    pulse.now();
    const drafts = part.entries.map((entry, index) =>
      this.#draftOf(userId, { epoch, offset: after + 1 + index, entry }),
    );
    const head = this.headOf(userId);
    if (head !== null && head.epoch !== epoch)
      this.restart(userId, { epoch, first: after + 1, last: after, delivered });
    if (history.isOver) return;
    this.#bringIn(userId, part, drafts);
    const log = history.find(userId);
    if (log?.epoch !== epoch) return;
    log.reported = Math.max(log.reported, delivered);
    writer.pump(log);
  }

  /** Appends the next event of a record and has it written. */
  append(userId: string, next: MirrorEntry): Mirrored {
    const { history, pulse, registry, writer } = this.#rooms;
    const { epoch, offset } = next;
    pulse.now();
    if (this.#verdictOn(userId, next) !== 'appended') return this.#verdictOn(userId, next);
    const draft = this.#draftOf(userId, next);
    // Encoding runs code of others.
    const verdict = this.#verdictOn(userId, next);
    if (verdict !== 'appended') return verdict;
    const log = history.find(userId) ?? history.beginMirror(userId, epoch, offset - 1);
    // The store counts what it appends for a user who is there as delivered, unless something before it waits for somebody.
    const isInStep = log.reported >= offset - 1;
    if (isInStep && registry.count(userId) > 0) log.reported = Math.max(log.reported, offset);
    this.#append(log, [draft]);
    writer.pump(log);
    return 'appended';
  }

  /** Whether the event at this place is this one; null where it is not kept here. */
  holds(userId: string, next: MirrorEntry): boolean | null {
    const { history } = this.#rooms;
    const { epoch, offset } = next;
    const log = history.find(userId);
    if (log === undefined || log.epoch !== epoch || offset < log.first || offset > log.last)
      return null;
    const text = this.#textOf(next);
    const [payload] = payloadsOf(log.run(offset, 0).frames);
    return text === null || payload?.toString() === text;
  }

  /** The record is gone, and another one has begun: sessions are told, and continue after its end. */
  restart(userId: string, record: RecordHead): void {
    const { history, registry } = this.#rooms;
    const head = this.headOf(userId);
    if (head === null || (head.epoch === record.epoch && head.last <= record.last)) return;
    const log = history.find(userId);
    if (log !== undefined) history.endMirror(log);
    const sessions = registry.of(userId);
    // All of them move before anybody is written to: whoever hears of one may look at the others.
    for (const session of sessions) this.#move(session, record);
    for (const session of sessions) this.#tell(session, record);
  }

  #verdictOn(userId: string, { epoch, offset }: MirrorEntry): Mirrored {
    const head = this.headOf(userId);
    if (head === null || this.#rooms.history.isOver) return 'unknown';
    if (head.epoch !== epoch) return 'other-epoch';
    if (offset <= head.last) return 'known';
    return offset === head.last + 1 ? 'appended' : 'ahead';
  }

  #bringIn(userId: string, { epoch, after }: MirrorPart, drafts: readonly EntryDraft[]): void {
    const { history } = this.#rooms;
    const last = after + drafts.length;
    const known = this.headOf(userId)?.last ?? after;
    const old = history.find(userId);
    if (old === undefined) {
      if (last >= known) this.#append(history.beginMirror(userId, epoch, after), drafts);
    } else if (old.first <= after + 1 && after <= known) {
      this.#append(old, drafts.slice(known - after));
    } else if (last >= old.first - 1) {
      this.#replace(old, after, drafts);
    }
  }

  /** Begins a log anew that reaches further back, or goes on after a hole; what it shares with the former stays as it was. */
  #replace(old: UserLog, after: number, drafts: readonly EntryDraft[]): void {
    const { userId, epoch, last } = old;
    const own = drafts.map((draft, index) => reuse(draft, old, after + 1 + index));
    const rest = draftsOf(old, after + drafts.length);
    const log = this.#rooms.history.beginMirror(userId, epoch, after);
    log.succeed(old);
    this.#append(log, [...own, ...rest]);
    for (const receipt of old.receiptsUpTo(last))
      if (log.notesAt(receipt.offset)?.receipt !== receipt) receipt.leftLog('overflow');
  }

  /** Nothing comes in between, so that a log is never seen with a part of what it begins with. */
  #append(log: UserLog, drafts: readonly EntryDraft[]): void {
    const { history, receipts } = this.#rooms;
    for (const draft of drafts) {
      // All logs together may have had no room for it.
      if (log.isOver) return;
      history.append(log, draft);
      const receipt = draft.notes?.receipt ?? null;
      if (receipt !== null && receipt.timer === noEntry) receipts.start(receipt);
    }
  }

  /** The payload of its frame; null where this wire has no word for it, or a codec has thrown. */
  #textOf({ epoch, offset, entry: { body } }: MirrorEntry): string | null {
    const { codec, faults } = this.#rooms;
    const encode = (): string | null =>
      body === ''
        ? codec.encode({ type: 'gap', reason: 'broadcast', epoch, offset })
        : codec.placeEvent(offset, body);
    return faults.attempt('application', encode, null);
  }

  #draftOf(userId: string, { epoch, offset, entry }: MirrorEntry): EntryDraft {
    const { receipts } = this.#rooms;
    const { onlyFor, eventId, tracked } = entry;
    const text = this.#textOf({ epoch, offset, entry });
    if (text === null) return unsayable;
    const at = { userId, epoch, offset, eventId };
    const receipt =
      tracked === null
        ? null
        : receipts.mirror(
            { ...at, event: tracked.event, node: tracked.node },
            this.#endOf(tracked),
          );
    const isPlain = onlyFor === null && eventId === null && receipt === null;
    const notes: EntryNotes | null = isPlain ? null : { onlyFor, eventId, shared: null, receipt };
    return { text, payloadBytes: Buffer.byteLength(text), notes };
  }

  /** By the raw clock. The clock of the store may differ from ours by as much as wall clocks do. */
  #endOf({ endsAtMs }: Tracked): number {
    const { clock } = this.#rooms;
    return endsAtMs === null ? never : clock.nowMs() + endsAtMs - clock.epochMs();
  }

  #move(session: Session, record: RecordHead): void {
    const { history, receipts, restarts } = this.#rooms;
    const { epoch, last } = record;
    if (session.grant !== null) session.grant = { ...session.grant, record };
    if (session.state !== 'live') return;
    session.epoch = epoch === history.epoch ? null : epoch;
    session.cursor = last;
    session.acked = last;
    session.cursorBeforePing = last;
    receipts.forget(session);
    restarts.moved(session);
  }

  /** Written past the window: whoever cannot be told must not read on. */
  #tell(session: Session, { epoch, last }: RecordHead): void {
    const { history, delivery, restarts } = this.#rooms;
    if (session.state !== 'live' || history.epochIn(session) !== epoch || session.cursor !== last)
      return;
    delivery.answer(session, { type: 'gap', reason: 'epoch', epoch, offset: last });
    restarts.told(session);
  }
}
