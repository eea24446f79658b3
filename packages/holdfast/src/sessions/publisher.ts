import type { EventInput } from '../protocol/event-frame.ts';
import type { Clock } from './clock.ts';
import type { SessionCodec } from './codec.ts';
import type { History } from './history.ts';
import type { EntryNotes } from './log-notes.ts';
import type { LogWriter } from './log-writer.ts';
import { checkPublishing, checkWait, type PublishOptions, type Terms } from './publish-terms.ts';
import type { Pulse } from './pulse.ts';
import type { Receipt, ReceiptOutcome } from './receipt.ts';
import { ReceiptWaits } from './receipt-waits.ts';
import type { Receipts } from './receipts.ts';
import type { Registry } from './registry.ts';

export type { PublishOptions } from './publish-terms.ts';

/** What the publisher works with. */
export interface PublisherRooms {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly codec: SessionCodec;
  readonly history: History;
  readonly writer: LogWriter;
  readonly registry: Registry;
  readonly receipts: Receipts;
}

/** How long to wait for what becomes of an event. */
export interface PublishWait extends PublishOptions {
  /** Milliseconds, up to an hour. Of more than 10,000 who wait at once the last is answered at once, as if it were 0. */
  readonly waitMs: number;
  /** Ends the wait before its time. */
  readonly signal?: AbortSignal;
}

/** What is true right after publishing. `overflow`: more than the log, or all logs together, can hold, so it was not kept. */
export interface Published {
  readonly epoch: string;
  readonly offset: number;
  /** How many sessions the user has now. */
  readonly sessions: number;
  readonly outcome: 'queued' | 'overflow';
}

/**
 * What became of an event.
 * - `delivered`: a session that was written it has confirmed it
 * - `expired`: its time was over, or that of the log, before anybody did
 * - `overflow`: newer events pushed it out of the log before anybody did; or it could not be kept at all
 * - `queued`: nobody knows yet
 */
export interface Receipted extends Omit<Published, 'outcome'> {
  readonly outcome: ReceiptOutcome | 'queued';
}

/** Appends to a user's log once, encodes once, and has every session of the user written to. */
export class Publisher {
  readonly #rooms: PublisherRooms;
  readonly #waits: ReceiptWaits;

  constructor(rooms: PublisherRooms) {
    this.#rooms = rooms;
    this.#waits = new ReceiptWaits(rooms.pulse);
  }

  /** @throws UsageError `bad-event`, `bad-user` or `bad-state`; nothing has been published then */
  publish(userId: string, input: EventInput, options: PublishOptions = {}): Published {
    return this.#publish(userId, input, { options, tracking: null });
  }

  /** Rejects with UsageError `bad-event`, `bad-user` or `bad-state`, and for nothing else; nothing has been published then. */
  async publishAndWait(
    userId: string,
    input: EventInput,
    options: PublishWait,
  ): Promise<Receipted> {
    checkWait(options.waitMs);
    const tracking: Tracking = { receipt: null };
    const published = this.#publish(userId, input, { options, tracking });
    if (tracking.receipt === null) return published;
    const outcome = await this.#waits.outcomeOf(tracking.receipt, options);
    return { ...published, outcome: outcome ?? published.outcome };
  }

  #publish(userId: string, input: EventInput, { options, tracking }: Order): Published {
    const { history, clock, codec, pulse, writer, receipts } = this.#rooms;
    const terms = checkPublishing(this.#rooms.registry, userId, { input, options });
    const { event, eventId, ttlMs } = terms;
    const body = codec.encodeBody(input, clock.epochMs());
    // Encoding, and noticing a stall, run code of others. From here to the log nothing comes in between.
    pulse.now();
    history.checkOpen();
    const known = eventId === null ? undefined : history.find(userId)?.offsetOf(eventId);
    if (known !== undefined) return this.#repeat(userId, known, tracking);
    const offset = history.lastOf(userId) + 1;
    const text = codec.placeEvent(offset, body);
    const payloadBytes = Buffer.byteLength(text);
    if (!writer.accepts(userId, payloadBytes)) return this.#outcome(userId, offset - 1, 'overflow');
    const isTracked = tracking !== null || terms.isTracked;
    const receipt = isTracked
      ? receipts.begin({ userId, epoch: history.epoch, offset, event, eventId }, ttlMs)
      : null;
    if (tracking !== null) tracking.receipt = receipt;
    const log = history.find(userId) ?? history.begin(userId);
    const isKept = writer.append(log, { text, payloadBytes, notes: notesOf(terms, receipt) });
    if (receipt !== null) receipts.start(receipt);
    return this.#outcome(userId, offset, isKept ? 'queued' : 'overflow');
  }

  /** An event of this name is in the log already: whoever waits now waits for the same receipt. */
  #repeat(userId: string, offset: number, tracking: Tracking | null): Published {
    const receipt = this.#rooms.history.find(userId)?.notesAt(offset)?.receipt ?? null;
    if (tracking !== null) tracking.receipt = receipt;
    return this.#outcome(userId, offset, 'queued');
  }

  #outcome(userId: string, offset: number, outcome: Published['outcome']): Published {
    const { history, registry } = this.#rooms;
    return { epoch: history.epochOf(userId), offset, sessions: registry.count(userId), outcome };
  }
}

/** What publishing needs beside the event. */
interface Order {
  readonly options: PublishOptions;
  /** Where to put the receipt for somebody who waits; null where nobody does. */
  readonly tracking: Tracking | null;
}

interface Tracking {
  receipt: Receipt | null;
}

/** Null for most events: nothing is kept of them but their bytes. */
function notesOf({ onlyFor, eventId }: Terms, receipt: Receipt | null): EntryNotes | null {
  const isPlain = onlyFor === null && eventId === null && receipt === null;
  return isPlain ? null : { onlyFor, eventId, shared: null, receipt };
}
