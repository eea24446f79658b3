import type {
  AppendAct,
  AppendAnswer,
  DeliveredAct,
  LogEntry,
  LogTerms,
  ReadAct,
  ReadAnswer,
  RecordHead,
  RestartAct,
} from '../../sessions/store/acts.ts';
import { isSettled, settle } from './broadcasts.ts';
import { findRecord, headOf, keep, recordOf } from './user-record.ts';
import { holdersOf, removeUncounted } from './rows.ts';
import type { Turn, UserRecord } from './store-data.ts';

/** Appends an event, unless it is there already or is larger than the log, and tells every node that holds a row. */
export function append(turn: Turn, act: AppendAct): AppendAnswer {
  const found = findRecord(turn, act.user);
  if (found !== undefined) {
    const removed = removeUncounted(turn, found, act.live);
    const refusal = refusalOf(found, act);
    if (refusal !== null && removed > 0) keep(turn, found);
    if (refusal !== null) return refusal;
  } else if (bytesOf(act.entry) > act.terms.bytes) {
    return { outcome: 'overflow', epoch: act.epoch, offset: 0, sessions: 0 };
  }
  const record = recordOf(turn, act);
  const offset = record.last + 1;
  const entry = entryOf(turn, act);
  put(record, offset, entry);
  trim(record, act.terms);
  if (act.broadcast !== null) settle(record, act.broadcast);
  const holders = holdersOf(record);
  if (holders.length === 0) record.queuedTo = offset;
  else if (record.delivered >= record.queuedTo) record.delivered = offset;
  keep(turn, record);
  const { user } = act;
  for (const node of holders)
    turn.tell(node, {
      type: 'appended',
      user,
      epoch: record.epoch,
      offset,
      entry,
      atMs: turn.nowMs,
    });
  return answer(record, 'appended', offset);
}

/** Notes how far a user has been written. */
export function delivered(turn: Turn, { user, position }: DeliveredAct): void {
  const record = findRecord(turn, user);
  if (record?.epoch !== position.epoch) return;
  record.delivered = Math.max(record.delivered, Math.min(position.offset, record.last));
  if (record.delivered >= record.queuedTo) record.delivered = record.last;
}

/** Entries of a log. */
export function read(turn: Turn, { user, after, most }: ReadAct): ReadAnswer {
  const record = findRecord(turn, user);
  if (record === undefined) return { record: null, entries: [] };
  const head = headOf(record);
  const entries: { offset: number; entry: LogEntry }[] = [];
  for (let offset = Math.max(after + 1, head.first); offset <= record.last; offset += 1) {
    const entry = record.entries.get(offset);
    if (entry === undefined || entries.length >= most) break;
    entries.push({ offset, entry });
  }
  return { record: head, entries };
}

/** Lets the record go on under another epoch, if it is still the one of which something is lost. */
export function restart(turn: Turn, act: RestartAct): RecordHead {
  const record = recordOf(turn, act);
  if (record.epoch === act.lost) {
    record.epoch = act.epoch;
    record.last = 0;
    record.delivered = 0;
    record.queuedTo = 0;
    record.bytes = 0;
    record.entries.clear();
    record.eventIds.clear();
    for (const node of holdersOf(record))
      turn.tell(node, { type: 'restarted', user: act.user, record: headOf(record) });
  }
  keep(turn, record);
  return headOf(record);
}

/** Why an event is not appended to this record; null where it is. */
function refusalOf(record: UserRecord, act: AppendAct): AppendAnswer | null {
  const repeated = findRepeated(record, act);
  if (repeated !== null) return answer(record, 'repeated', repeated);
  return bytesOf(act.entry) > act.terms.bytes ? answer(record, 'overflow', record.last) : null;
}

/** Where the same event was appended before; null where it was not. */
function findRepeated(record: UserRecord, { entry, broadcast }: AppendAct): number | null {
  const offset = entry.eventId === null ? undefined : record.eventIds.get(entry.eventId);
  if (offset !== undefined) return offset;
  return broadcast !== null && isSettled(record, broadcast) ? record.last : null;
}

function entryOf({ nowMs }: Turn, { entry, tracked, node }: AppendAct): LogEntry {
  const { body, onlyFor, eventId } = entry;
  if (tracked === null) return { body, onlyFor, eventId, tracked: null };
  const endsAtMs = tracked.ttlMs === null ? null : nowMs + tracked.ttlMs;
  return { body, onlyFor, eventId, tracked: { node, event: tracked.event, endsAtMs } };
}

function put(record: UserRecord, offset: number, entry: LogEntry): void {
  record.last = offset;
  record.entries.set(offset, entry);
  record.bytes += bytesOf(entry);
  if (entry.eventId !== null) record.eventIds.set(entry.eventId, offset);
}

/** Lets the oldest go until the bounds hold. */
function trim(record: UserRecord, terms: LogTerms): void {
  for (const [offset, entry] of record.entries) {
    if (record.entries.size <= terms.events && record.bytes <= terms.bytes) return;
    record.entries.delete(offset);
    record.bytes -= bytesOf(entry);
    if (entry.eventId !== null) record.eventIds.delete(entry.eventId);
  }
}

function bytesOf({ body }: Pick<LogEntry, 'body'>): number {
  return Buffer.byteLength(body);
}

function answer(
  { epoch, rows }: UserRecord,
  outcome: AppendAnswer['outcome'],
  offset: number,
): AppendAnswer {
  const sessions = [...rows.values()].filter(({ node }) => node !== 0).length;
  return { outcome, epoch, offset, sessions };
}
