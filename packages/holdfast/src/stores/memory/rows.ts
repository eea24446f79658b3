import { hashOf } from '../../core/hash.ts';
import type { LiveSet, Row } from '../../sessions/store/acts.ts';
import type { StoredRow, StoreData, Turn, UserRecord } from './store-data.ts';

/** Users are spread over so many parts; a sweep goes through them one by one. */
const partitions = 256;

/** Where a user stands in the index of each generation. */
function partitionOf(user: string): number {
  return hashOf(user) % partitions;
}

/** Of a generation that is not known yet, nothing says that it is gone. */
export function isAlive({ upTo, generations }: LiveSet, node: number): boolean {
  return node > upTo || generations.includes(node);
}

/** Whether a row holds its slot. */
export function counts(row: StoredRow, live: LiveSet, nowMs: number): boolean {
  return row.node === 0 ? row.reservedUntilMs > nowMs : isAlive(live, row.node);
}

/** Puts a row in, or another one in the place of that of the same session. */
export function putRow({ data }: Turn, record: UserRecord, row: StoredRow): void {
  const former = record.rows.get(row.session);
  record.rows.set(row.session, row);
  if (former !== undefined && former.node !== row.node) unlist(data, record, former.node);
  if (row.node === 0) return;
  const parts = data.held.get(row.node) ?? new Map<number, Set<string>>();
  const part = parts.get(partitionOf(record.user)) ?? new Set();
  part.add(record.user);
  parts.set(partitionOf(record.user), part);
  data.held.set(row.node, parts);
}

/** Takes a row out. */
export function removeRow({ data }: Turn, record: UserRecord, row: StoredRow): void {
  record.rows.delete(row.session);
  unlist(data, record, row.node);
}

/** Takes out the rows that do not hold their slots, and says how many. */
export function removeUncounted(turn: Turn, record: UserRecord, live: LiveSet): number {
  const gone = [...record.rows.values()].filter((row) => !counts(row, live, turn.nowMs));
  for (const row of gone) removeRow(turn, record, row);
  return gone.length;
}

/** Oldest first. */
export function inOrder(rows: Iterable<StoredRow>): StoredRow[] {
  return [...rows].toSorted(
    (one, other) => one.openedAtMs - other.openedAtMs || one.session - other.session,
  );
}

/** The row as it is told. */
export function told(row: StoredRow, nowMs: number): Row {
  const { reservedUntilMs, ...rest } = row;
  return row.node === 0 ? { ...rest, reservedMs: reservedUntilMs - nowMs } : rest;
}

/** The nodes that hold rows, each once, in the order of their generations. */
export function holdersOf({ rows }: UserRecord): number[] {
  const nodes = new Set([...rows.values()].map(({ node }) => node));
  nodes.delete(0);
  return [...nodes].toSorted((one, other) => one - other);
}

/** The node may hold no row of this user any more. */
function unlist({ held }: StoreData, record: UserRecord, node: number): void {
  if (node === 0 || [...record.rows.values()].some((row) => row.node === node)) return;
  const parts = held.get(node);
  const part = parts?.get(partitionOf(record.user));
  part?.delete(record.user);
  if (part?.size === 0) parts?.delete(partitionOf(record.user));
  if (parts?.size === 0) held.delete(node);
}
