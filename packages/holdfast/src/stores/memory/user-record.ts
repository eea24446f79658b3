import type { Actor, LogTerms, RecordHead } from '../../sessions/store/acts.ts';
import type { Turn, UserRecord } from './store-data.ts';

/** The record of a user; undefined where there is none, or its time is over. */
export function findRecord({ data, nowMs }: Turn, user: string): UserRecord | undefined {
  const record = data.users.get(user);
  if (record === undefined || record.forgetAtMs > nowMs) return record;
  data.users.delete(user);
  return undefined;
}

/** What a record begins with. */
export interface Beginning extends Pick<Actor, 'broadcasts'> {
  readonly user: string;
  readonly epoch: string;
  readonly terms: LogTerms;
}

/** The record of a user, which begins here if there is none. */
export function recordOf(turn: Turn, beginning: Beginning): UserRecord {
  const found = findRecord(turn, beginning.user);
  if (found !== undefined) {
    found.keepMs = beginning.terms.keepMs;
    return found;
  }
  const record: UserRecord = {
    user: beginning.user,
    epoch: beginning.epoch,
    last: 0,
    delivered: 0,
    queuedTo: 0,
    bytes: 0,
    broadcast: beginning.broadcasts,
    broadcastsAhead: new Set(),
    evictedAtMs: null,
    keepMs: beginning.terms.keepMs,
    forgetAtMs: Number.POSITIVE_INFINITY,
    rows: new Map(),
    waiters: new Map(),
    revoked: new Set(),
    entries: new Map(),
    eventIds: new Map(),
  };
  turn.data.users.set(beginning.user, record);
  return record;
}

/** Decides anew when the record is forgotten; to be called after every change of its rows or its log. */
export function keep({ nowMs }: Turn, record: UserRecord): void {
  let from = nowMs;
  for (const { node, reservedUntilMs } of record.rows.values())
    from = Math.max(from, node === 0 ? reservedUntilMs : Number.POSITIVE_INFINITY);
  record.forgetAtMs = from + record.keepMs;
}

/** Where the record stands. */
export function headOf({ epoch, last, delivered, entries }: UserRecord): RecordHead {
  return { epoch, last, first: last - entries.size + 1, delivered };
}
