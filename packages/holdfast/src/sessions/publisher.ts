import type { Settings } from '../core/options.ts';
import { describeValue, UsageError } from '../core/usage-error.ts';
import type { EventInput } from '../protocol/event-frame.ts';
import type { Clock } from './clock.ts';
import type { SessionCodec } from './codec.ts';
import type { Delivery } from './delivery.ts';
import type { EventStream } from './event-stream.ts';
import type { History } from './history.ts';
import type { Registry } from './registry.ts';
import { outgoingFrame } from './socket.ts';
import { checkUserId } from './user-id.ts';
import type { LogEntry } from './user-log.ts';

/** What the publisher works with. */
export interface PublisherRooms {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly codec: SessionCodec;
  readonly history: History;
  readonly delivery: Delivery;
  readonly registry: Registry;
  readonly events: EventStream;
}

/** For whom, and under which name, an event is published. */
export interface PublishOptions {
  /** Only for this session; the others see a jump in the offsets. */
  readonly session?: string;
  /** A name by which a repeated call within the log's life is recognised: published once, answered the same. */
  readonly id?: string;
}

/** What is true right after publishing. `overflow`: larger than the log can hold, so it was not kept at all. */
export interface Published {
  readonly epoch: string;
  readonly offset: number;
  /** How many sessions the user has now. */
  readonly sessions: number;
  readonly outcome: 'queued' | 'overflow';
}

/** Whom a broadcast went to. */
export interface BroadcastOutcome {
  readonly users: number;
  readonly sessions: number;
}

const maxEventIdLength = 256;
/** Writes of a broadcast before the event loop gets its turn: one or two milliseconds of system calls. */
const sliceWrites = 128;
/** Frames a broadcast keeps for the next user at the same offset. */
const mostShared = 1_024;

/** Appends to a user's log once, encodes once, and has every session of the user written to. */
export class Publisher {
  readonly #rooms: PublisherRooms;
  #broadcasts = 0;

  constructor(rooms: PublisherRooms) {
    this.#rooms = rooms;
  }

  /** @throws UsageError `bad-event` or `bad-user`; nothing has been published then */
  publish(userId: string, input: EventInput, options: PublishOptions = {}): Published {
    const { history, clock, codec } = this.#rooms;
    checkUserId(userId);
    const eventId = checkEventId(options.id);
    const known = eventId === null ? undefined : history.find(userId)?.offsetOf(eventId);
    if (known !== undefined) return this.#outcome(userId, known, 'queued');
    const body = codec.encodeBody(input, clock.epochMs());
    return this.#append(userId, (offset) => ({
      frame: outgoingFrame(codec.placeEvent(offset, body)),
      onlyFor: options.session ?? null,
      eventId,
    }));
  }

  /**
   * Publishes to every user who has a session, in slices, so that no other work waits longer than a few milliseconds.
   * Users at the same offset share one frame.
   *
   * @throws UsageError `bad-event`
   */
  async broadcast(input: EventInput): Promise<BroadcastOutcome> {
    const { clock, codec, history, registry } = this.#rooms;
    const entryAt = this.#sharedEntries(codec.encodeBody(input, clock.epochMs()));
    this.#broadcasts += 1;
    const number = this.#broadcasts;
    let left = registry.userCount;
    let users = 0;
    let sessions = 0;
    let sliceEndsAt = sliceWrites;
    for (const userId of registry.users()) {
      if (left-- === 0) break;
      if (history.find(userId)?.broadcast === number) continue;
      sessions += this.#append(userId, entryAt).sessions;
      users += 1;
      const log = history.find(userId);
      if (log !== undefined) log.broadcast = number;
      if (sessions < sliceEndsAt) continue;
      await new Promise<void>((resolve) => clock.afterPoll(resolve));
      sliceEndsAt = sessions + sliceWrites;
    }
    return { users, sessions };
  }

  #sharedEntries(body: string): (offset: number) => LogEntry {
    const { codec } = this.#rooms;
    const shared: Map<number, LogEntry> = new Map();
    return (offset) => {
      const known = shared.get(offset);
      if (known !== undefined) return known;
      const frame = outgoingFrame(codec.placeEvent(offset, body));
      const entry = { frame, onlyFor: null, eventId: null };
      if (shared.size < mostShared) shared.set(offset, entry);
      return entry;
    };
  }

  #append(userId: string, entryAt: (offset: number) => LogEntry): Published {
    const { settings, history, delivery, registry, events } = this.#rooms;
    const offset = history.nextOffset(userId);
    const entry = entryAt(offset);
    const { bytes } = entry.frame;
    if (bytes > settings.historyBytes) {
      events.emit({ type: 'lost', user: userId, events: 1, reason: 'too-large' });
      return this.#outcome(userId, offset - 1, 'overflow');
    }
    const log = history.append(userId, entry);
    events.emit({ type: 'published', user: userId, events: 1, bytes });
    for (const session of registry.of(userId)) delivery.pumpFrom(log, session);
    return this.#outcome(userId, offset, 'queued');
  }

  #outcome(userId: string, offset: number, outcome: Published['outcome']): Published {
    const { history, registry } = this.#rooms;
    return { epoch: history.epoch, offset, sessions: registry.count(userId), outcome };
  }
}

function checkEventId(id: unknown): string | null {
  if (id === undefined) return null;
  if (typeof id === 'string' && id.length > 0 && id.length <= maxEventIdLength) return id;
  throw new UsageError(
    'bad-event',
    `Expected \`id\` to be a text of 1 to ${maxEventIdLength} characters, got ${describeValue(id)}.`,
  );
}
