import type { Settings } from '../core/options.ts';
import type { Delivery } from './delivery.ts';
import type { EventStream } from './event-stream.ts';
import type { History } from './history.ts';
import type { Registry } from './registry.ts';
import { frameLength } from './text-frame.ts';
import type { EntryDraft } from './log-entry.ts';
import type { UserLog } from './user-log.ts';

/** What the writer works with. */
export interface LogWriterRooms {
  readonly settings: Settings;
  readonly history: History;
  readonly delivery: Delivery;
  readonly registry: Registry;
  readonly events: EventStream;
}

/** Puts events into logs, and has every session of their user written to. */
export class LogWriter {
  readonly #rooms: LogWriterRooms;

  constructor(rooms: LogWriterRooms) {
    this.#rooms = rooms;
  }

  /** False for what is larger than a whole log; told as lost. */
  accepts(userId: string, payloadBytes: number): boolean {
    const { settings, events } = this.#rooms;
    if (frameLength(payloadBytes) <= settings.historyBytes) return true;
    events.emit({ type: 'lost', user: userId, events: 1, reason: 'too-large' });
    return false;
  }

  /** False when it could not be kept. What others append while they hear of it is their matter. */
  append(log: UserLog, draft: EntryDraft): boolean {
    const { history, events } = this.#rooms;
    const { userId } = log;
    const isKept = history.append(log, draft);
    const bytes = frameLength(draft.payloadBytes);
    events.emit({ type: 'published', user: userId, events: 1, bytes });
    this.pump(log);
    return isKept;
  }

  /** Appends a frame that is no event. */
  note(log: UserLog, text: string): void {
    const draft = { text, payloadBytes: Buffer.byteLength(text), notes: null };
    this.#rooms.history.append(log, draft);
    this.pump(log);
  }

  /** Has every session of the user of this log written what waits for it. */
  pump(log: UserLog): void {
    const { delivery, registry } = this.#rooms;
    for (const session of registry.of(log.userId)) delivery.pumpFrom(log, session);
  }
}
