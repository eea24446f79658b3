import { AgeOrder } from '../core/age-order.ts';
import { slowestLinkBytesPerSecond } from '../core/death.ts';
import type { Settings } from '../core/options.ts';
import { ShardedMap } from '../core/sharded-map.ts';
import { never } from '../core/timing-wheel.ts';
import { UsageError } from '../core/usage-error.ts';
import type { EventStream } from './event-stream.ts';
import { LogEnds } from './log-ends.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import { type Scale, SharedBytes } from './shared-bytes.ts';
import { type EntryDraft, UserLog } from './user-log.ts';

/**
 * How long after its publication an event can be asked for at most by a client that has it not: it is written at once or
 * waits for a session that is here; that is known to be dead after an interval and the patience of its ping; its client
 * may come back within the resume window.
 */
function longestUseMs(settings: Settings): number {
  const { resumeWindowMs, pingIntervalMs, pingTimeoutMs, maxUnconfirmedBytes } = settings;
  const backlogMs = (maxUnconfirmedBytes * 1_000) / slowestLinkBytesPerSecond;
  return resumeWindowMs + pingIntervalMs + pingTimeoutMs + backlogMs;
}

/** What the history works with. */
export interface HistoryRooms {
  readonly settings: Settings;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly events: EventStream;
}

/**
 * The logs of all users. Nothing is kept for a user before the first event (I5); a log whose user has been away for the
 * resume window goes, and while the user is here, what nobody can come back for any more; all logs together have a bound,
 * and the log that has been quiet longest gives way first (I12).
 */
export class History {
  readonly #rooms: HistoryRooms;
  readonly #logs: ShardedMap<UserLog> = new ShardedMap();
  /** All logs in the order of the last append. */
  readonly #byAge: AgeOrder<UserLog> = new AgeOrder();
  readonly epoch: string;
  #isOver = false;
  /** Of all logs, without what they share. */
  #weight = 0;
  readonly #shared: Scale = { weight: 0 };
  readonly ends: LogEnds = new LogEnds();

  /** @param epoch the identity of all records kept by this process */
  constructor(rooms: HistoryRooms, epoch: string) {
    this.#rooms = rooms;
    this.epoch = epoch;
  }

  /** What all logs take in memory, about, bytes. */
  get weight(): number {
    return this.#weight + this.#shared.weight;
  }

  /** How many users have a log. */
  get size(): number {
    return this.#logs.size;
  }

  find(userId: string): UserLog | undefined {
    return this.#logs.get(userId);
  }

  /** Where a session of this user begins that brings no position of its own. */
  startOf(userId: string): number {
    return this.#logs.get(userId)?.delivered ?? this.ends.of(userId);
  }

  /** A session of this user was told that it continues after this offset, whatever is gone before. */
  toldUpTo(userId: string, offset: number): void {
    const log = this.#logs.get(userId);
    if (log !== undefined && offset > log.delivered) log.delivered = offset;
  }

  /** The offset after which the log of a user continues, or begins. */
  lastOf(userId: string): number {
    return this.#logs.get(userId)?.last ?? this.ends.of(userId);
  }

  /**
   * Asked before anything is appended.
   *
   * @throws UsageError `bad-state` once the layer has ended: nobody could ever be given what is published
   */
  checkOpen(): void {
    if (!this.#isOver) return;
    throw new UsageError(
      'bad-state',
      'Expected a session layer that has not ended, got one that was drained or shut down. Nothing was published.',
    );
  }

  /** Bytes that any number of logs may hold together. */
  share(bytes: Uint8Array): SharedBytes {
    return new SharedBytes(bytes, this.#shared);
  }

  /** Appends to a log of ours. False when all logs together have no room for it, so that it is gone again. */
  append(log: UserLog, draft: EntryDraft): boolean {
    const { settings, pulse } = this.#rooms;
    log.touchedAt = pulse.latest;
    const { weight } = log;
    log.append(draft, { events: settings.historyEvents, bytes: settings.historyBytes });
    this.#weight += log.weight - weight;
    this.#byAge.touched(log);
    if (this.#excess > 0) this.#holdTotal();
    return log.size > 0;
  }

  /** Begins the log of a user who has none: with the first event, and not before (I5). */
  begin(userId: string): UserLog {
    const { pulse, settings } = this.#rooms;
    const now = pulse.latest;
    const log = new UserLog(userId, this.ends.of(userId), this.ends.broadcasts);
    log.touchedAt = now;
    log.markedAt = now;
    log.timer = pulse.add({ due: (at) => this.#due(log, at) }, now + settings.resumeWindowMs);
    this.#logs.set(userId, log);
    this.#weight += log.weight;
    // Whoever came before the first event came when the logs of others, now gone, had not reached as far: nothing lies between.
    for (const session of this.#rooms.registry.of(userId)) session.cursor = log.last;
    return log;
  }

  /** The user's last session has left; from now on the log waits for the user's return. */
  left(userId: string): void {
    const log = this.#logs.get(userId);
    if (log !== undefined && this.#rooms.registry.count(userId) === 0)
      log.touchedAt = this.#rooms.pulse.now();
  }

  /** Nothing is kept any more, for anybody. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Lets every log go, for good. */
  close(): void {
    this.#isOver = true;
    // A copy: whoever hears of what is lost may publish it again.
    for (const log of [...this.#logs.values()]) this.#end(log);
  }

  #due(log: UserLog, now: number): number {
    const { registry, settings } = this.#rooms;
    if (registry.count(log.userId) > 0 || this.#isAhead(log)) {
      this.#expire(log, now);
      return now + settings.resumeWindowMs;
    }
    const endsAt = log.touchedAt + settings.resumeWindowMs;
    if (now < endsAt) return endsAt;
    this.#end(log);
    return never;
  }

  /**
   * Lets go what nobody can come back for: what every session that is here has, and what was published before a client
   * whose resume window is not over yet can have missed anything.
   */
  #expire(log: UserLog, now: number): void {
    if (now - log.markedAt < longestUseMs(this.#rooms.settings)) return;
    const { weight } = log;
    log.expireTo(Math.min(log.markedTo, this.#hadByAll(log)));
    this.#weight += log.weight - weight;
    log.markedTo = log.last;
    log.markedAt = now;
  }

  /** The offset up to which every session of the user has everything. */
  #hadByAll(log: UserLog): number {
    let had = log.delivered;
    for (const { acked } of this.#rooms.registry.of(log.userId)) had = Math.min(had, acked);
    return had;
  }

  /** It holds the broadcast under way: without it, nobody would know that its user has been reached. */
  #isAhead({ broadcast }: UserLog): boolean {
    return broadcast > this.ends.broadcasts;
  }

  #end(log: UserLog): void {
    const { events, pulse } = this.#rooms;
    this.ends.ended(log.userId, log.last - log.broadcast);
    this.#weight -= log.weight;
    log.clear();
    const undelivered = log.uncounted(log.delivered + 1, log.last);
    this.#logs.delete(log.userId);
    this.#byAge.remove(log);
    pulse.remove(log.timer);
    if (undelivered > 0)
      events.emit({ type: 'lost', user: log.userId, events: undelivered, reason: 'expired' });
  }

  /** How many bytes all logs together weigh more than they may. */
  get #excess(): number {
    return this.weight - this.#rooms.settings.historyTotalBytes;
  }

  #holdTotal(): void {
    const { registry } = this.#rooms;
    let log = this.#byAge.oldest;
    while (log !== null && this.#excess > 0) {
      const { newer } = log;
      while (this.#excess > 0 && log.size > 0) this.#release(log, this.#excess);
      if (log.size === 0 && registry.count(log.userId) === 0 && !this.#isAhead(log)) this.#end(log);
      log = newer;
    }
  }

  #release(log: UserLog, excess: number): void {
    const { weight } = log;
    log.release(excess);
    this.#weight += log.weight - weight;
  }
}
