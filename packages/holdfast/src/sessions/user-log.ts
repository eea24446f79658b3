import type { Aged } from '../core/age-order.ts';
import { OffsetRuns } from '../core/offset-runs.ts';
import { noEntry } from '../core/timing-wheel.ts';
import { FramePage } from './frame-page.ts';
import type { EntryDraft, LogBounds, LogOrigin, Run } from './log-entry.ts';
import { type EntryNotes, LogNotes } from './log-notes.ts';
import type { Receipt, UndeliveredReason } from './receipt.ts';
import { frameLength } from './text-frame.ts';

/** A page grows with its log up to this size; then the log begins another one. */
const largestPage = 16 * 1024;
const smallestPage = 512;
/** A page that is full is replaced by one that is larger than its frames by this share. */
const growth = 1.2;
/** Of a page to which nothing is added any more, no larger share than this may be empty: its memory is nobody's then. */
const mostEmpty = 1 / 8;
/** Memory that a log and a page take beside their bytes; measured on Node 20, rounded up. */
const logBytes = 600;
const pageBytes = 400;

/**
 * The bounded, ordered record of the events published to one user. Offsets rise by one; the oldest entries give way to
 * the newest. Sessions hold a cursor into it and nothing else.
 *
 * ```
 *   gone │ first … … delivered … … last
 *        └ cursors left of first have a gap to tell
 * ```
 */
export class UserLog implements Aged<UserLog> {
  readonly userId: string;
  /** The record that its offsets are places in. */
  readonly epoch: string;
  /** The offset after which it began. */
  readonly start: number;
  /** Oldest first; all but the newest are full. */
  #pages: FramePage[] = [];
  #notes: LogNotes | null = null;
  /** Tracked events that were counted as lost when their receipts settled; no gap counts them again. */
  #lost: OffsetRuns | null = null;
  #first: number;
  #last: number;
  #bytes = 0;
  #pageBytes = 0;
  /** Highest offset that was written to any session here, told to it as a gap, or not meant for it. A new one starts after it. */
  delivered: number;
  /** What of that is known to whoever keeps the record, where that is not this process. */
  reported = 0;
  /** Another one has taken its place, or none: nobody reads on in it. */
  isOver = false;
  /** Number of the last broadcast that is in it, or of which it tells that it is not. */
  broadcast: number;
  /** When it was last appended to, or its user's last session left. */
  touchedAt = 0;
  /** How far it reached when it was last looked at for its age, and when that was. */
  markedTo: number;
  markedAt = 0;
  /** Highest offset that was let go because its time was over, while its user was here. */
  expiredTo: number;
  /** Entry on the timing wheel. */
  timer: number = noEntry;
  older: UserLog | null = null;
  newer: UserLog | null = null;

  /** @param broadcast in `origin`, number of the last broadcast that was over before it began */
  constructor(userId: string, start: number, { epoch, broadcast }: LogOrigin) {
    this.userId = userId;
    this.epoch = epoch;
    this.start = start;
    this.broadcast = broadcast;
    this.#first = start + 1;
    this.#last = start;
    this.delivered = start;
    this.markedTo = start;
    this.expiredTo = start;
  }

  /** Offset of the newest entry, or where the log begins. */
  get last(): number {
    return this.#last;
  }

  /** Offset of the oldest entry that is still here; one after `last` when none is. */
  get first(): number {
    return this.#first;
  }

  get size(): number {
    return this.#last - this.#first + 1;
  }

  /** Bytes of all frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What it takes in memory by itself, about, without what users share. */
  get weight(): number {
    const notes = this.#notes?.weight ?? 0;
    return logBytes + this.#pageBytes + this.#pages.length * pageBytes + notes;
  }

  /** The offset of the event a publisher gave this name, while it is in the log. */
  offsetOf(eventId: string): number | undefined {
    return this.#notes?.offsetOf(eventId);
  }

  /** What is kept about the entry at this offset beside its bytes. */
  notesAt(offset: number): EntryNotes | null {
    return this.#notes?.at(offset) ?? null;
  }

  /** The receipts of entries up to this offset that are not settled. O(entries with notes). */
  receiptsUpTo(offset: number): Iterable<Receipt> {
    return this.#notes?.receiptsUpTo(offset) ?? [];
  }

  /** Takes over what is known of its events beside themselves, from the log of the same record whose place it takes. */
  succeed(old: UserLog): void {
    this.#lost = old.#lost;
    this.delivered = Math.max(this.delivered, old.delivered);
    this.reported = Math.max(this.reported, old.reported);
  }

  /** The event at this offset has been counted as lost. */
  noteLost(offset: number): void {
    this.#lost ??= new OffsetRuns();
    this.#lost.add(offset);
  }

  /** How many of the events between two offsets, both included, have not been counted as lost. */
  uncounted(from: number, to: number): number {
    return to - from + 1 - (this.#lost?.countWithin(from, to) ?? 0);
  }

  /** How many entries after this offset are for a session of this lineage. */
  countFor(lineage: number, after: number): number {
    const others = this.#notes?.notFor(lineage, after + 1) ?? 0;
    return this.#last - after - others;
  }

  /** What lies at this offset and right behind it, of at most so many bytes; one entry in any case. */
  run(offset: number, most: number): Run {
    const page = this.#pageOf(offset);
    const notes = this.#notes?.at(offset) ?? null;
    if (notes !== null) return runOf(page, offset, notes);
    const start = page.startOf(offset);
    let last = offset;
    while (
      last < page.last &&
      page.endOf(last + 1) - start <= most &&
      (this.#notes?.at(last + 1) ?? null) === null
    ) {
      last += 1;
    }
    return { frames: page.slice(offset, last), rest: null, last, receipt: null };
  }

  /** Appends at `last` + 1 and lets the oldest go until the bounds hold. */
  append({ text, payloadBytes, notes }: EntryDraft, bounds: LogBounds): void {
    const shared = notes?.shared?.length ?? 0;
    const own = text === null ? 0 : frameLength(payloadBytes) - shared;
    const page = this.#pageFor(own);
    this.#last += 1;
    if (text === null) page.appendNothing();
    else page.append(payloadBytes, text);
    this.#bytes += own + shared;
    if (notes !== null) this.#notes ??= new LogNotes();
    this.#notes?.append(this.#last, notes);
    while (this.size > bounds.events || this.#bytes > bounds.bytes) this.#dropOldest('overflow');
  }

  /** Lets every entry go: its time is over. */
  clear(): void {
    while (this.size > 0) this.#dropOldest('expired');
  }

  /** Lets every entry up to this offset go: their time is over. */
  expireTo(offset: number): void {
    while (this.size > 0 && this.#first <= offset) {
      this.expiredTo = this.#first;
      this.#dropOldest('expired');
    }
  }

  /** Lets the oldest entries go until about so many bytes of memory are free; one entry in any case. */
  release(bytes: number): void {
    const most = this.#bytes - bytes;
    do this.#dropOldest('overflow');
    while (this.size > 0 && this.#bytes > most);
    const [oldest] = this.#pages;
    if (oldest === undefined || oldest.first === this.#first) return;
    const kept = oldest.endOf(oldest.last) - oldest.startOf(this.#first);
    const needed = FramePage.capacityFor(oldest.last + 1 - this.#first, kept);
    this.#replacePage(0, oldest.moved(this.#first, needed));
  }

  #dropOldest(reason: UndeliveredReason): void {
    const page = this.#pages[0];
    if (page === undefined || this.size === 0) return;
    const shared = this.#notes?.at(this.#first)?.shared?.length ?? 0;
    this.#bytes -= page.endOf(this.#first) - page.startOf(this.#first) + shared;
    this.#first += 1;
    if (this.#first > page.last) this.#dropPage(page);
    this.#notes?.drop(this.#first - 1, reason);
  }

  /** The newest page, with room for a frame of this length. */
  #pageFor(length: number): FramePage {
    const newest = this.#pages.at(-1);
    if (newest?.hasRoom(length) === true) return newest;
    const isGrowing = newest !== undefined && newest.capacity < largestPage;
    const from = isGrowing ? Math.max(this.#first, newest.first) : this.#last + 1;
    const kept = isGrowing ? newest.endOf(newest.last) - newest.startOf(from) : 0;
    const needed = FramePage.capacityFor(this.#last + 2 - from, kept + length);
    if (isGrowing && needed <= largestPage)
      return this.#replacePage(this.#pages.length - 1, newest.moved(from, roomy(needed)));
    if (newest !== undefined) this.#trim(newest);
    return this.#addPage(FramePage.capacityFor(1, length));
  }

  #replacePage(place: number, page: FramePage): FramePage {
    this.#pageBytes += page.capacity - (this.#pages[place]?.capacity ?? 0);
    this.#pages[place] = page;
    return page;
  }

  /** Gives back what is empty of a page that is followed by another one. */
  #trim(page: FramePage): void {
    const from = Math.max(this.#first, page.first);
    const bytes = page.endOf(page.last) - page.startOf(from);
    const needed = FramePage.capacityFor(page.last + 1 - from, bytes);
    if (page.capacity - needed > page.capacity * mostEmpty)
      this.#replacePage(this.#pages.length - 1, page.moved(from, needed));
  }

  /** As large as more frames of this size will fill. */
  #addPage(needed: number): FramePage {
    const wanted = Math.min(Math.max(roomy(needed), this.#bytes >> 1), largestPage);
    const frames = Math.max(1, Math.floor(wanted / needed));
    const page = new FramePage(this.#last + 1, frames * needed);
    this.#pages.push(page);
    this.#pageBytes += page.capacity;
    return page;
  }

  #dropPage(page: FramePage): void {
    this.#pages.shift();
    this.#pageBytes -= page.capacity;
  }

  #pageOf(offset: number): FramePage {
    let low = 0;
    let high = this.#pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pages[middle] as FramePage).first <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#pages[low] as FramePage;
  }
}

function runOf(page: FramePage, offset: number, { shared, receipt }: EntryNotes): Run {
  const isWholeShared = shared !== null && page.startOf(offset) === page.endOf(offset);
  if (isWholeShared) return { frames: shared.bytes, rest: null, last: offset, receipt };
  const own = page.slice(offset, offset);
  return { frames: own, rest: shared?.bytes ?? null, last: offset, receipt };
}

/** A little more than is needed now, so that not every append moves the page. */
function roomy(needed: number): number {
  return Math.max(smallestPage, Math.ceil(needed * growth));
}
