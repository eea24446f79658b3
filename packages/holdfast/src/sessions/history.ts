import { AgeOrder } from '../core/age-order.ts';
import type { Settings } from '../core/options.ts';
import { ShardedMap } from '../core/sharded-map.ts';
import { never } from '../core/timing-wheel.ts';
import { UsageError } from '../core/usage-error.ts';
import type { ClusterSeat } from './cluster-seat.ts';
import type { EventStream } from './event-stream.ts';
import { LogEnds } from './log-ends.ts';
import { longestUseMs } from './log-use.ts';
import type { Progress } from './progress.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import { type Scale, SharedBytes } from './shared-bytes.ts';
import type { Session } from './session.ts';
import type { EntryDraft, LogBounds } from './log-entry.ts';
import { UserLog } from './user-log.ts';

/** What a frame has beside the body of its event, at most; the store of a cluster counts bodies only. Bytes. */
const framing = 64;

/** What the history works with. */
export interface HistoryRooms {
  readonly settings: Settings;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly events: EventStream;
  readonly progress: Progress;
  /** Where the records are kept by a store: the logs here are mirrors of them. */
  readonly cluster: ClusterSeat | null;
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
  /** The identity of all records that are kept by this process. */
  readonly epoch: string;
  #isOver = false;
  /** Of all logs, without what they share. */
  #weight = 0;
  readonly #shared: Scale = { weight: 0 };
  readonly #bounds: LogBounds;
  readonly ends: LogEnds = new LogEnds();

  /** @param epoch the identity of all records kept by this process */
  constructor(rooms: HistoryRooms, epoch: string) {
    this.#rooms = rooms;
    this.epoch = epoch;
    const { historyEvents: events, historyBytes: bytes } = rooms.settings;
    this.#bounds = { events, bytes: rooms.cluster === null ? bytes : bytes + events * framing };
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
    const log = this.#logs.get(userId);
    return log === undefined ? this.ends.of(userId) : Math.max(log.delivered, log.reported);
  }

  /** The identity of the record of this user. */
  epochOf(userId: string): string {
    const log = this.#logs.get(userId);
    if (log !== undefined) return log.epoch;
    if (this.#rooms.cluster === null) return this.epoch;
    const known = this.#rooms.registry.of(userId).find(({ epoch }) => epoch !== null);
    return known?.epoch ?? this.epoch;
  }

  /** The identity of the record that the cursor of this session is a place in. */
  epochIn({ epoch }: Session): string {
    return epoch ?? this.epoch;
  }

  /**
   * A session of this user was told that it continues after its cursor, whatever is gone before.
   *
   * @param known what the record counted as delivered when it was let in; null where there is no other record than ours
   */
  toldUpTo(session: Session, known: number | null): void {
    const { userId, cursor } = session;
    const log = this.#logs.get(userId);
    if (log === undefined) {
      const position = { epoch: this.epochIn(session), offset: cursor };
      if (known !== null && cursor > known) this.#rooms.progress.tell(userId, position);
      return;
    }
    log.delivered = Math.max(log.delivered, Math.min(cursor, log.last));
    this.#rooms.progress.report(log);
  }

  /** The offset after which the log of a user continues, or begins. */
  lastOf(userId: string): number {
    return this.#logs.get(userId)?.last ?? this.ends.of(userId);
  }

  /**
   * Asked before anything is appended.
   *
   * @throws UsageError `bad-state` once the layer has ended: nobody could ever be given what is published; and in a cluster
   */
  checkOpen(): void {
    if (this.#rooms.cluster !== null) {
      throw new UsageError(
        'bad-state',
        'Expected a session layer that keeps its own records, got one of a cluster. Publish through the cluster node.',
      );
    }
    this.checkNotOver();
  }

  /** @throws UsageError `bad-state` once the layer has ended */
  checkNotOver(): void {
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
    log.touchedAt = this.#rooms.pulse.latest;
    const { weight } = log;
    log.append(draft, this.#bounds);
    this.#weight += log.weight - weight;
    this.#byAge.touched(log);
    if (this.#excess > 0) this.#holdTotal();
    return log.size > 0;
  }

  /** Begins the log of a user who has none: with the first event, and not before (I5). */
  begin(userId: string): UserLog {
    const origin = { epoch: this.epoch, broadcast: this.ends.broadcasts };
    const log = this.#begin(new UserLog(userId, this.ends.of(userId), origin));
    // Whoever came before the first event came when the logs of others, now gone, had not reached as far: nothing lies between.
    for (const session of this.#rooms.registry.of(userId)) session.cursor = log.last;
    return log;
  }

  /** Begins the log of a user whose record is kept elsewhere, in the place of the one there is. Sessions stay where they are. */
  beginMirror(userId: string, epoch: string, after: number): UserLog {
    const old = this.#logs.get(userId);
    if (old !== undefined) this.#remove(old);
    const log = new UserLog(userId, after, { epoch, broadcast: this.ends.broadcasts });
    // That it begins there says nothing of what anybody was written.
    log.delivered = 0;
    return this.#begin(log);
  }

  /** The mirror of a record goes, and nothing is lost with it: the record is kept elsewhere, or gone by itself. */
  endMirror(log: UserLog): void {
    this.#remove(log);
    log.clear();
  }

  /** The same for all users of whom nobody is here, and who are not to be kept. */
  endAbsent(isKept: (userId: string) => boolean): void {
    const { registry } = this.#rooms;
    for (let log = this.#byAge.oldest, next = log; log !== null; log = next) {
      next = log.newer;
      if (registry.count(log.userId) === 0 && !isKept(log.userId)) this.endMirror(log);
    }
  }

  #begin(log: UserLog): UserLog {
    const { pulse, settings } = this.#rooms;
    const now = pulse.latest;
    log.touchedAt = now;
    log.markedAt = now;
    log.timer = pulse.add({ due: (at) => this.#due(log, at) }, now + settings.resumeWindowMs);
    this.#logs.set(log.userId, log);
    this.#weight += log.weight;
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
    const { events, cluster } = this.#rooms;
    if (cluster !== null) {
      this.endMirror(log);
      return;
    }
    this.ends.ended(log.userId, log.last - log.broadcast);
    const { weight } = log;
    log.clear();
    const undelivered = log.uncounted(log.delivered + 1, log.last);
    this.#remove(log, weight);
    if (undelivered > 0)
      events.emit({ type: 'lost', user: log.userId, events: undelivered, reason: 'expired' });
  }

  #remove(log: UserLog, weight = log.weight): void {
    log.isOver = true;
    this.#weight -= weight;
    this.#logs.delete(log.userId);
    this.#byAge.remove(log);
    this.#rooms.pulse.remove(log.timer);
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
