import {
  type ConfirmAct,
  mostRevokedLineages,
  type ReleaseAct,
  type ReserveAct,
  waiterNoteMs,
} from '../../sessions/store/acts.ts';
import { findRecord, keep } from './user-record.ts';
import { putRow, removeRow } from './rows.ts';
import type { StoredRow, Turn, UserRecord } from './store-data.ts';

/** Gives a slot back; false where this node does not hold it. */
export function release(turn: Turn, act: ReleaseAct): boolean {
  const held = findHeld(turn, act);
  if (held === null) return false;
  const { record, row } = held;
  removeRow(turn, record, row);
  if (act.isRevoked) revokeLineage(record, row.lineage);
  record.keepMs = act.keepMs;
  tellWaiters(turn, record);
  keep(turn, record);
  return true;
}

/** Leaves a slot to its ticket; false where this node does not hold it. */
export function reserve(turn: Turn, act: ReserveAct): boolean {
  const held = findHeld(turn, act);
  if (held === null) return false;
  const { record, row } = held;
  putRow(turn, record, { ...row, node: 0, reservedUntilMs: turn.nowMs + act.forMs });
  record.keepMs = act.keepMs;
  keep(turn, record);
  return true;
}

/** The ticket of a session's predecessor is spent. */
export function confirm(turn: Turn, { user, session }: ConfirmAct): void {
  const record = findRecord(turn, user);
  const row = record?.rows.get(session);
  if (record !== undefined && row !== undefined) putRow(turn, record, { ...row, predecessor: 0 });
}

/** Sets a user's own limit, or lifts it. */
export function setLimit(turn: Turn, user: string, limit: number | null): void {
  if (limit === null) turn.data.limits.delete(user);
  else turn.data.limits.set(user, limit);
  const record = findRecord(turn, user);
  if (record !== undefined) tellWaiters(turn, record);
}

/** Each node where somebody waits hears once that a slot may be free. */
function tellWaiters(turn: Turn, { user, waiters }: UserRecord): void {
  for (const [node, at] of waiters)
    if (turn.nowMs - at < waiterNoteMs) turn.tell(node, { type: 'freed', user });
  waiters.clear();
}

function findHeld(
  turn: Turn,
  { user, session, node }: ReleaseAct | ReserveAct,
): { readonly record: UserRecord; readonly row: StoredRow } | null {
  const record = findRecord(turn, user);
  const row = record?.rows.get(session);
  return record === undefined || row === undefined || row.node !== node ? null : { record, row };
}

function revokeLineage({ revoked }: UserRecord, lineage: number): void {
  revoked.delete(lineage);
  revoked.add(lineage);
  for (const oldest of revoked) {
    if (revoked.size <= mostRevokedLineages) return;
    revoked.delete(oldest);
  }
}
