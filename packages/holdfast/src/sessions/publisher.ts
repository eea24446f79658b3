import { describeValue, UsageError } from '../core/usage-error.ts';
import type { EventInput } from '../protocol/event-frame.ts';
import type { Clock } from './clock.ts';
import type { SessionCodec } from './codec.ts';
import type { History } from './history.ts';
import type { LogWriter } from './log-writer.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import { checkUserId } from './user-id.ts';

/** What the publisher works with. */
export interface PublisherRooms {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly codec: SessionCodec;
  readonly history: History;
  readonly writer: LogWriter;
  readonly registry: Registry;
}

/** For whom, and under which name, an event is published. */
export interface PublishOptions {
  /**
   * Only for this session, and for those that resume from it, also when it is over by now; the others see a jump in the
   * offsets. Where no such session comes, nobody gets it, and nobody is told.
   */
  readonly session?: string;
  /** A name by which a repeated call within the log's life is recognised: published once, answered the same. */
  readonly id?: string;
}

/** What is true right after publishing. `overflow`: more than the log, or all logs together, can hold, so it was not kept. */
export interface Published {
  readonly epoch: string;
  readonly offset: number;
  /** How many sessions the user has now. */
  readonly sessions: number;
  readonly outcome: 'queued' | 'overflow';
}

const maxEventIdLength = 256;
/** Generations begin with 1. */
const nobodysLineage = 0;

/** Appends to a user's log once, encodes once, and has every session of the user written to. */
export class Publisher {
  readonly #rooms: PublisherRooms;

  constructor(rooms: PublisherRooms) {
    this.#rooms = rooms;
  }

  /** @throws UsageError `bad-event` or `bad-user`; nothing has been published then */
  publish(userId: string, input: EventInput, options: PublishOptions = {}): Published {
    const { history, clock, codec, pulse, writer, registry } = this.#rooms;
    checkUserId(userId);
    const eventId = checkEventId(options.id);
    const body = codec.encodeBody(input, clock.epochMs());
    // Encoding, and noticing a stall, run code of others. From here to the log nothing comes in between.
    pulse.now();
    const known = eventId === null ? undefined : history.find(userId)?.offsetOf(eventId);
    if (known !== undefined) return this.#outcome(userId, known, 'queued');
    const { session } = options;
    const onlyFor = session === undefined ? null : (registry.lineageOf(session) ?? nobodysLineage);
    const offset = history.lastOf(userId) + 1;
    const text = codec.placeEvent(offset, body);
    const isPlain = onlyFor === null && eventId === null;
    const draft = {
      text,
      payloadBytes: Buffer.byteLength(text),
      notes: isPlain ? null : { onlyFor, eventId, shared: null },
    };
    if (!writer.accepts(userId, draft)) return this.#outcome(userId, offset - 1, 'overflow');
    const isKept = writer.append(history.find(userId) ?? history.begin(userId), draft);
    return this.#outcome(userId, offset, isKept ? 'queued' : 'overflow');
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
