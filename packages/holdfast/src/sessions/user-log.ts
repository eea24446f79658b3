import { Ring } from '../core/ring.ts';
import { noEntry } from '../core/timing-wheel.ts';
import type { OutgoingFrame } from './socket.ts';

/** One event at its place. */
export interface LogEntry {
  readonly frame: OutgoingFrame;
  /** The session it is for, or null for all of the user's. */
  readonly onlyFor: string | null;
  /** The publisher's name for it, or null. */
  readonly eventId: string | null;
}

/** The bounds of one log. */
export interface LogBounds {
  readonly events: number;
  readonly bytes: number;
}

/**
 * The bounded, ordered record of the events published to one user. Offsets rise by one; the oldest entries give way to
 * the newest. Sessions hold a cursor into it and nothing else.
 *
 * ```
 *   gone │ first … … delivered … … last
 *        └ cursors left of first have a gap to tell
 * ```
 */
export class UserLog {
  readonly #entries: Ring<LogEntry> = new Ring();
  readonly userId: string;
  #ids: Map<string, number> | null = null;
  #last: number;
  #bytes = 0;
  /** Highest offset that was written, or told as a gap, to any session. A new session starts after it. */
  delivered: number;
  /** Number of the last broadcast that was appended. */
  broadcast = 0;
  /** When it was last appended to, or its user's last session left. */
  touchedAt: number;
  /** Entry on the timing wheel. */
  timer: number = noEntry;
  /** Its neighbours in the order of the last append. */
  older: UserLog | null = null;
  newer: UserLog | null = null;

  /** @param start the offset after which this log begins */
  constructor(userId: string, start: number, now: number) {
    this.userId = userId;
    this.#last = start;
    this.delivered = start;
    this.touchedAt = now;
  }

  /** Offset of the newest entry, or where the log begins. */
  get last(): number {
    return this.#last;
  }

  /** Offset of the oldest entry that is still here; one after `last` when none is. */
  get first(): number {
    return this.#last - this.#entries.size + 1;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The entry at this offset, unless it is gone or not yet there. */
  at(offset: number): LogEntry | undefined {
    return this.#entries.at(offset - this.first);
  }

  /** The offset of the event a publisher gave this name, while it is in the log. */
  offsetOf(eventId: string): number | undefined {
    return this.#ids?.get(eventId);
  }

  /** Appends at `last` + 1 and lets the oldest go until the bounds hold. Returns how many bytes the log grew by (or shrank). */
  append(entry: LogEntry, bounds: LogBounds): number {
    const before = this.#bytes;
    this.#entries.push(entry);
    this.#last += 1;
    this.#bytes += entry.frame.bytes;
    if (entry.eventId !== null) {
      this.#ids ??= new Map();
      this.#ids.set(entry.eventId, this.#last);
    }
    while (this.#entries.size > bounds.events || this.#bytes > bounds.bytes) this.dropOldest();
    return this.#bytes - before;
  }

  /** Lets the oldest entry go. Returns how many bytes that freed. */
  dropOldest(): number {
    const entry = this.#entries.shift();
    if (entry === undefined) return 0;
    this.#bytes -= entry.frame.bytes;
    if (entry.eventId !== null) this.#ids?.delete(entry.eventId);
    return entry.frame.bytes;
  }
}
