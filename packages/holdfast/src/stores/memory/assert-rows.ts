import type { AssertAct, AssertAnswer } from '../../sessions/store/acts.ts';
import { headOf, keep, recordOf } from './user-record.ts';
import { putRow, removeRow, removeUncounted } from './rows.ts';
import type { StoredRow, Turn, UserRecord } from './store-data.ts';

type Asserted = AssertAct['rows'][number];
type Verdict = AssertAnswer['verdicts'][number]['verdict'];

/** Makes the rows of a node what the node says they are, as far as there is room. */
export function assertRows(turn: Turn, act: AssertAct): AssertAnswer {
  const record = recordOf(turn, act);
  const known = act.rows.filter(({ session }) => record.rows.has(session));
  for (const row of known) put(turn, record, { row, node: act.node });
  const removed = removeStale(turn, record, act);
  const limit = act.isForced
    ? Number.POSITIVE_INFINITY
    : (turn.data.limits.get(act.user) ?? act.limit);
  const verdicts = act.rows.map((row) => ({
    session: row.session,
    verdict: known.includes(row) ? ('kept' as const) : putBack(turn, record, { row, act, limit }),
  }));
  keep(turn, record);
  return { verdicts, removed, record: headOf(record) };
}

/** Takes out what this node does not hold any more, and what holds no slot. */
function removeStale(turn: Turn, record: UserRecord, act: AssertAct): number {
  const { node, live, rows, coming } = act;
  const named = new Set([...rows.map(({ session }) => session), ...coming]);
  const unnamed = [...record.rows.values()].filter(
    (row) => row.node === node && !named.has(row.session),
  );
  for (const row of unnamed) removeRow(turn, record, row);
  return unnamed.length + removeUncounted(turn, record, live);
}

function putBack(
  turn: Turn,
  record: UserRecord,
  { row, act, limit }: { readonly row: Asserted; readonly act: AssertAct; readonly limit: number },
): Verdict {
  const kin = [...record.rows.values()].find(({ lineage }) => lineage === row.lineage);
  if (kin !== undefined && isLater(kin, row)) return 'superseded';
  if (kin === undefined && record.rows.size >= limit) return 'full';
  if (kin !== undefined) {
    removeRow(turn, record, kin);
    const { session } = kin;
    if (kin.node !== 0 && kin.node !== act.node)
      turn.tell(kin.node, { type: 'replaced', user: act.user, session, cause: 'superseded' });
  }
  put(turn, record, { row, node: act.node });
  return 'restored';
}

/**
 * Who was let in for whom is certain; when they were let in is as exact as a node knows the clock of the store. Handles of
 * different nodes are not in the order of time; those of one instant are told apart by them.
 */
function isLater(kin: StoredRow, { openedAtMs, session, predecessor }: Asserted): boolean {
  if (kin.predecessor === session) return true;
  if (predecessor === kin.session) return false;
  if (kin.openedAtMs === openedAtMs) return kin.session > session;
  return kin.openedAtMs > openedAtMs;
}

function put(
  turn: Turn,
  record: UserRecord,
  { row, node }: { readonly row: Asserted; readonly node: number },
): void {
  const { session, lineage, predecessor, device, openedAtMs } = row;
  putRow(turn, record, {
    session,
    lineage,
    predecessor,
    node,
    device,
    openedAtMs,
    reservedUntilMs: 0,
  });
}
