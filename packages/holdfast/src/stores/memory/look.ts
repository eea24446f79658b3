import type { Actor, UserState } from '../../sessions/store/acts.ts';
import type { SweepSlice } from '../../sessions/store/cluster-store.ts';
import { findRecord, headOf, keep } from './user-record.ts';
import { counts, inOrder, isAlive, removeRow, told } from './rows.ts';
import type { Turn } from './store-data.ts';

/** Everything about one user. */
export function stateOf(turn: Turn, user: string, { live }: Actor): UserState {
  const record = findRecord(turn, user);
  const rows = [...(record?.rows.values() ?? [])].filter((row) => counts(row, live, turn.nowMs));
  return {
    rows: inOrder(rows).map((row) => told(row, turn.nowMs)),
    limit: turn.data.limits.get(user) ?? null,
    record: record === undefined ? null : headOf(record),
  };
}

/** Which slice of which generation. */
export interface SweepOrder {
  readonly node: number;
  readonly actor: Actor;
  /** The partition to look at, or to go on from; empty for the first. */
  readonly cursor: string;
}

/** The next users of whom a generation holds rows; those of a dead one are taken out. */
export function sweep(turn: Turn, { node, actor, cursor }: SweepOrder): SweepSlice {
  const parts = turn.data.held.get(node);
  const places = [...(parts?.keys() ?? [])]
    .filter((place) => place >= Number(cursor))
    .toSorted((one, other) => one - other);
  const [place, next] = places;
  if (place === undefined) return { users: [], removed: 0, next: null };
  const users = [...(parts?.get(place) ?? [])];
  const removed = isAlive(actor.live, node)
    ? 0
    : users.reduce((sum, user) => sum + removeRowsOf(turn, user, node), 0);
  return { users, removed, next: next === undefined ? null : String(next) };
}

function removeRowsOf(turn: Turn, user: string, node: number): number {
  const record = findRecord(turn, user);
  if (record === undefined) return 0;
  const rows = [...record.rows.values()].filter((row) => row.node === node);
  for (const row of rows) removeRow(turn, record, row);
  keep(turn, record);
  return rows.length;
}
