import type { EventInput } from '../protocol/event-frame.ts';
import type { Clock } from './clock.ts';
import type { SessionCodec } from './codec.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { History } from './history.ts';
import type { LogWriter } from './log-writer.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import { textFrame } from './text-frame.ts';
import type { EntryDraft } from './log-entry.ts';
import type { UserLog } from './user-log.ts';

/** What broadcasting works with. */
export interface BroadcasterRooms {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly codec: SessionCodec;
  readonly history: History;
  readonly writer: LogWriter;
  readonly registry: Registry;
  readonly events: EventStream;
  readonly faults: Faults;
}

/**
 * Whom a broadcast went to. `overflow`: larger than the log of a user can hold, and those users are not among them; or
 * more than 16 MB of broadcasts wait for the one under way already, and nobody got it.
 */
export interface BroadcastOutcome {
  readonly users: number;
  readonly sessions: number;
  readonly outcome: 'queued' | 'overflow';
}

/** A broadcast on its way to everybody. */
interface UnderWay {
  readonly number: number;
  readonly draftAt: (offset: number) => EntryDraft;
  users: number;
  sessions: number;
  outcome: BroadcastOutcome['outcome'];
}

/** Bodies of broadcasts that may wait for the one under way. */
const mostWaitingBytes = 16 * 1024 * 1024;
/**
 * Users and writes of a broadcast before the event loop gets its turn, and how long they may take where writing is slow. A
 * socket that gathers what is written within a tick writes at the end of it, which no clock here sees: so few that those
 * writes take a millisecond.
 */
const sliceWork = 128;
const sliceMs = 2;
/** Whole frames a broadcast keeps for the next user at the same offset: so many, and of so many bytes in all. */
const mostShared = 1_024;
const mostSharedBytes = 1024 * 1024;

/**
 * Publishes to every user who has a session, in slices, so that no other work waits longer than a few milliseconds. Users
 * share the frame where they are at the same offset, and the end of it where they are not. One broadcast follows the
 * other, so that everybody gets them in the same order and none of them twice.
 */
export class Broadcaster {
  readonly #rooms: BroadcasterRooms;
  #waitingBytes = 0;
  #underWay: UnderWay | null = null;
  /** Settles when the last broadcast asked for is over; never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(rooms: BroadcasterRooms) {
    this.#rooms = rooms;
  }

  /** @throws UsageError `bad-event`, or `bad-state` when the layer has ended by the time it is this one's turn */
  async broadcast(input: EventInput): Promise<BroadcastOutcome> {
    const { clock, codec } = this.#rooms;
    const body = codec.encodeBody(input, clock.epochMs());
    const bytes = Buffer.byteLength(body);
    const isFull = this.#waitingBytes > 0 && this.#waitingBytes + bytes > mostWaitingBytes;
    if (isFull) return { users: 0, sessions: 0, outcome: 'overflow' };
    this.#waitingBytes += bytes;
    const outcome = this.#last.then(() => this.#spread(this.#sharedDrafts(body)));
    const settled = (): void => {
      this.#waitingBytes -= bytes;
    };
    this.#last = outcome.then(settled, settled);
    return await outcome;
  }

  /**
   * Brings the log of a user up to date who is about to have a session: the broadcast under way reaches whoever comes
   * meanwhile, and of those that this user was not there for the log tells that they are missing.
   */
  catchUp(userId: string): void {
    const { history } = this.#rooms;
    if (this.#underWay !== null) this.#reach(userId, this.#underWay);
    const log = history.find(userId);
    if (log !== undefined) this.#tellMissed(log);
  }

  async #spread(draftAt: UnderWay['draftAt']): Promise<BroadcastOutcome> {
    const { clock, history, registry, pulse } = this.#rooms;
    history.checkOpen();
    const number = history.ends.broadcasts + 1;
    const underWay: UnderWay = { number, draftAt, users: 0, sessions: 0, outcome: 'queued' };
    this.#underWay = underWay;
    let work = 0;
    let sliceEndsAt = pulse.now() + sliceMs;
    try {
      for (const userId of registry.users()) {
        work += 1 + this.#reach(userId, underWay);
        if (work < sliceWork && pulse.now() < sliceEndsAt) continue;
        await new Promise<void>((resolve) => clock.afterPoll(resolve));
        work = 0;
        sliceEndsAt = pulse.now() + sliceMs;
      }
    } finally {
      // Also where a codec has thrown in the middle: whoever was not reached by then is told of a gap.
      this.#underWay = null;
      history.ends.broadcastIsOver();
    }
    const { users, sessions, outcome } = underWay;
    return { users, sessions, outcome };
  }

  /** Gives a user what is under way, once, and returns how many sessions that made for it. */
  #reach(userId: string, underWay: UnderWay): number {
    const { history, registry, writer } = this.#rooms;
    const known = history.find(userId);
    if (known?.broadcast === underWay.number) return 0;
    if (known !== undefined) this.#tellMissed(known);
    const draft = underWay.draftAt(history.lastOf(userId) + 1);
    if (!writer.accepts(userId, draft.payloadBytes)) {
      underWay.outcome = 'overflow';
      return 0;
    }
    const log = history.find(userId) ?? history.begin(userId);
    log.broadcast = underWay.number;
    if (!writer.append(log, draft)) {
      underWay.outcome = 'overflow';
      return 0;
    }
    const sessions = registry.count(userId);
    underWay.users += 1;
    underWay.sessions += sessions;
    return sessions;
  }

  /** What went to those who were there while this user was not has its place in the log: a gap, for whoever reads on. */
  #tellMissed(log: UserLog): void {
    const { history, codec, writer, events, faults } = this.#rooms;
    const missed = history.ends.broadcasts - log.broadcast;
    if (missed <= 0) return;
    log.broadcast = history.ends.broadcasts;
    const { epoch } = log;
    const gap = { type: 'gap', reason: 'broadcast', epoch, offset: log.last + 1 } as const;
    const text = faults.attempt('application', () => codec.encode(gap), null);
    if (text !== null) writer.note(log, text);
    events.emit({ type: 'lost', user: log.userId, events: missed, reason: 'broadcast' });
  }

  #sharedDrafts(body: string): (offset: number) => EntryDraft {
    const { codec, history } = this.#rooms;
    const drafts: Map<number, EntryDraft> = new Map();
    const end = history.share(Buffer.from(body));
    const most = Math.min(mostShared, Math.ceil(mostSharedBytes / end.length));
    const notes = { onlyFor: null, eventId: null, shared: end, receipt: null };
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
}
