import type { Settings } from '../core/options.ts';
import { describeValue, UsageError } from '../core/usage-error.ts';
import type { EventInput } from '../protocol/event-frame.ts';
import { frameLength, textFrame } from './text-frame.ts';
import type { Clock } from './clock.ts';
import type { SessionCodec } from './codec.ts';
import type { Delivery } from './delivery.ts';
import type { EventStream } from './event-stream.ts';
import type { History } from './history.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import { checkUserId } from './user-id.ts';
import type { EntryDraft, UserLog } from './user-log.ts';

/** What the publisher works with. */
export interface PublisherRooms {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly pulse: Pulse;
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

/** What is true right after publishing. `overflow`: more than the log, or all logs together, can hold, so it was not kept. */
export interface Published {
  readonly epoch: string;
  readonly offset: number;
  /** How many sessions the user has now. */
  readonly sessions: number;
  readonly outcome: 'queued' | 'overflow';
}

/** Whom a broadcast went to. `overflow`: larger than the log of a user can hold; those users are not among them. */
export interface BroadcastOutcome {
  readonly users: number;
  readonly sessions: number;
  readonly outcome: Published['outcome'];
}

const maxEventIdLength = 256;
/** Users and writes of a broadcast before the event loop gets its turn: one or two milliseconds of system calls. */
const sliceWork = 256;
/** Whole frames a broadcast keeps for the next user at the same offset: so many, and of so many bytes in all. */
const mostShared = 1_024;
const mostSharedBytes = 1024 * 1024;

/** Appends to a user's log once, encodes once, and has every session of the user written to. */
export class Publisher {
  readonly #rooms: PublisherRooms;
  #broadcasts = 0;
  /** Settles when the last broadcast asked for is over; never rejects. */
  #lastBroadcast: Promise<unknown> = Promise.resolve();

  constructor(rooms: PublisherRooms) {
    this.#rooms = rooms;
  }

  /** @throws UsageError `bad-event` or `bad-user`; nothing has been published then */
  publish(userId: string, input: EventInput, options: PublishOptions = {}): Published {
    const { history, clock, codec, pulse } = this.#rooms;
    checkUserId(userId);
    const eventId = checkEventId(options.id);
    const body = codec.encodeBody(input, clock.epochMs());
    // Encoding, and noticing a stall, run code of others. From here to the log nothing comes in between.
    pulse.now();
    const log = history.find(userId);
    const known = eventId === null ? undefined : log?.offsetOf(eventId);
    if (known !== undefined) return this.#outcome(userId, known, 'queued');
    const onlyFor = options.session ?? null;
    const offset = history.lastOf(log) + 1;
    const text = codec.placeEvent(offset, body);
    const isPlain = onlyFor === null && eventId === null;
    const draft = {
      text,
      payloadBytes: Buffer.byteLength(text),
      notes: isPlain ? null : { onlyFor, eventId, shared: null },
    };
    if (this.#isTooLarge(userId, draft)) return this.#outcome(userId, offset - 1, 'overflow');
    const isKept = this.#append(log ?? history.begin(userId), draft);
    return this.#outcome(userId, offset, isKept ? 'queued' : 'overflow');
  }

  /**
   * Publishes to every user who has a session, in slices, so that no other work waits longer than a few milliseconds.
   * Users share the frame where they are at the same offset, and the end of it where they are not. One broadcast follows
   * the other, so that everybody gets them in the same order and none of them twice.
   *
   * @throws UsageError `bad-event`
   */
  async broadcast(input: EventInput): Promise<BroadcastOutcome> {
    const { clock, codec } = this.#rooms;
    const draftAt = this.#sharedDrafts(codec.encodeBody(input, clock.epochMs()));
    const outcome = this.#lastBroadcast.then(() => this.#spread(draftAt));
    this.#lastBroadcast = outcome.catch(() => null);
    return await outcome;
  }

  async #spread(draftAt: (offset: number) => EntryDraft): Promise<BroadcastOutcome> {
    const { clock, history, registry, pulse } = this.#rooms;
    this.#broadcasts += 1;
    const number = this.#broadcasts;
    const reached = { users: 0, sessions: 0 };
    let outcome: Published['outcome'] = 'queued';
    let left = registry.userCount;
    let work = 0;
    for (const userId of registry.users()) {
      if (left-- === 0) break;
      pulse.now();
      const log = history.find(userId);
      if (log?.broadcast === number) continue;
      const draft = draftAt(history.lastOf(log) + 1);
      work += 1;
      const isFitting = !this.#isTooLarge(userId, draft);
      if (isFitting && this.#append(log ?? history.begin(userId), draft, number)) {
        const sessions = registry.count(userId);
        reached.sessions += sessions;
        reached.users += 1;
        work += sessions;
      } else outcome = 'overflow';
      if (work < sliceWork) continue;
      await new Promise<void>((resolve) => clock.afterPoll(resolve));
      work = 0;
    }
    return { ...reached, outcome };
  }

  #sharedDrafts(body: string): (offset: number) => EntryDraft {
    const { codec, history } = this.#rooms;
    const drafts: Map<number, EntryDraft> = new Map();
    const end = history.share(Buffer.from(body));
    const most = Math.min(mostShared, Math.ceil(mostSharedBytes / end.length));
    const notes = { onlyFor: null, eventId: null, shared: end };
    return (offset) => {
      const known = drafts.get(offset);
      if (known !== undefined) return known;
      const text = codec.placeEvent(offset, '');
      const payloadBytes = text.length + end.length;
      if (drafts.size >= most) return { text, payloadBytes, notes };
      const whole = history.share(textFrame(codec.placeEvent(offset, body)));
      const draft = { text: null, payloadBytes, notes: { ...notes, shared: whole } };
      drafts.set(offset, draft);
      return draft;
    };
  }

  #isTooLarge(userId: string, { payloadBytes }: EntryDraft): boolean {
    const { settings, events } = this.#rooms;
    if (frameLength(payloadBytes) <= settings.historyBytes) return false;
    events.emit({ type: 'lost', user: userId, events: 1, reason: 'too-large' });
    return true;
  }

  /** False when it could not be kept. What others append while they hear of it is their matter. */
  #append(log: UserLog, draft: EntryDraft, broadcast: number = log.broadcast): boolean {
    const { history, delivery, registry, events } = this.#rooms;
    const { userId } = log;
    log.broadcast = broadcast;
    const isKept = history.append(log, draft);
    const bytes = frameLength(draft.payloadBytes);
    events.emit({ type: 'published', user: userId, events: 1, bytes });
    for (const session of registry.of(userId)) delivery.pumpFrom(log, session);
    return isKept;
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
