import {
  type AdmitAct,
  type AdmitAnswer,
  type SpentTicket,
  waiterNoteMs,
} from '../../sessions/store/acts.ts';
import { settleUpTo } from './broadcasts.ts';
import { headOf, keep, recordOf } from './user-record.ts';
import { holdersOf, inOrder, putRow, removeRow, removeUncounted, told } from './rows.ts';
import type { StoredRow, Turn, UserRecord } from './store-data.ts';

/** What a ticket is worth. */
interface Claim {
  readonly flaw: SpentTicket | null;
  /** Of a good ticket. */
  readonly inherits: AdmitAct['ticket'];
  /** The row of its lineage, whose place it has. */
  readonly ancestor: StoredRow | null;
}

/** The place a newcomer has, and why the one who had it has gone; `row` is null for a free slot. */
type Place =
  | { readonly row: null }
  | { readonly row: StoredRow; readonly cause: 'superseded' | 'taken-over' | 'evicted' };

/** Gives a newcomer a slot, by the order that is told at {@link AdmitAct}. */
export function admit(turn: Turn, act: AdmitAct): AdmitAnswer {
  const record = recordOf(turn, act);
  removeUncounted(turn, record, act.live);
  const limit = turn.data.limits.get(act.user) ?? act.limit;
  const own = record.rows.get(act.session);
  if (own !== undefined) {
    putRow(turn, record, { ...own, node: act.node, reservedUntilMs: 0 });
    return admitted({ turn, record, limit }, { row: null }, own.lineage);
  }
  const claim = claimOf(record, act.ticket);
  const place = placeFor({ turn, record, limit }, act, claim);
  if (place === null) return full({ turn, record, limit }, act, claim.flaw);
  const missed = tellMissed(record, act.broadcasts);
  leavePlace(turn, record, { act, place });
  putRow(turn, record, {
    session: act.session,
    lineage: claim.inherits?.lineage ?? act.session,
    predecessor: claim.inherits?.predecessor ?? 0,
    node: act.node,
    device: act.device,
    openedAtMs: turn.nowMs,
    reservedUntilMs: 0,
  });
  const answer = admitted({ turn, record, limit }, place, claim.inherits?.lineage ?? act.session);
  return { ...answer, flaw: claim.flaw, missedBroadcasts: missed };
}

/** Where it is decided. */
interface Bench {
  readonly turn: Turn;
  readonly record: UserRecord;
  readonly limit: number;
}

function claimOf(record: UserRecord, ticket: AdmitAct['ticket']): Claim {
  if (ticket === null) return { flaw: null, inherits: null, ancestor: null };
  const spent: Claim = { flaw: 'spent', inherits: null, ancestor: null };
  if (record.revoked.has(ticket.lineage)) return spent;
  const ancestor = [...record.rows.values()].find(({ lineage }) => lineage === ticket.lineage);
  if (ancestor === undefined) return { flaw: null, inherits: ticket, ancestor: null };
  const isGood =
    ancestor.session === ticket.predecessor || ancestor.predecessor === ticket.predecessor;
  return isGood ? { flaw: null, inherits: ticket, ancestor } : spent;
}

function placeFor({ turn, record, limit }: Bench, act: AdmitAct, claim: Claim): Place | null {
  if (claim.ancestor !== null) return { row: claim.ancestor, cause: 'superseded' };
  const taken = act.taken === null ? undefined : record.rows.get(act.taken);
  if (taken !== undefined) return { row: taken, cause: 'taken-over' };
  if (record.rows.size < limit) return { row: null };
  if (record.rows.size > limit || act.evictEveryMs === null) return null;
  if (record.evictedAtMs !== null && turn.nowMs - record.evictedAtMs < act.evictEveryMs)
    return null;
  const [oldest] = inOrder(record.rows.values()).filter(({ node }) => node !== 0);
  return oldest === undefined ? null : { row: oldest, cause: 'evicted' };
}

/** How many broadcasts passed while nobody was here; from now on they count as got. */
function tellMissed(record: UserRecord, broadcasts: number): number {
  return holdersOf(record).length > 0 ? 0 : settleUpTo(record, broadcasts);
}

function leavePlace(
  turn: Turn,
  record: UserRecord,
  { act, place }: { readonly act: AdmitAct; readonly place: Place },
): void {
  if (place.row === null) return;
  const { node, session } = place.row;
  removeRow(turn, record, place.row);
  if (place.cause === 'evicted') record.evictedAtMs = turn.nowMs;
  if (node !== 0 && node !== act.node)
    turn.tell(node, { type: 'replaced', user: act.user, session, cause: place.cause });
}

type Admitted = Extract<AdmitAnswer, { readonly outcome: 'admitted' }>;

function admitted({ turn, record, limit }: Bench, place: Place, lineage: number): Admitted {
  keep(turn, record);
  return {
    outcome: 'admitted',
    flaw: null,
    replaced: place.row === null ? null : told(place.row, turn.nowMs),
    lineage,
    record: headOf(record),
    count: record.rows.size,
    limit,
    missedBroadcasts: 0,
  };
}

function full(
  { turn, record, limit }: Bench,
  act: AdmitAct,
  flaw: SpentTicket | null,
): AdmitAnswer {
  if (act.isWaiting) noteWaiter(turn, record, act.node);
  keep(turn, record);
  const rows = inOrder(record.rows.values()).map((row) => told(row, turn.nowMs));
  return { outcome: 'full', flaw, rows, limit };
}

function noteWaiter({ nowMs }: Turn, { waiters }: UserRecord, node: number): void {
  for (const [other, at] of waiters) if (nowMs - at >= waiterNoteMs) waiters.delete(other);
  waiters.set(node, nowMs);
}
