import type { StoredRow } from '../../stores/memory/store-data.ts';
import type { ClusterStage } from './cluster-stage.ts';

/** The rows that hold slots, in truth: by the leases as the store has them now. */
function slotsAmong(
  { data, storeNowMs }: ClusterStage,
  rows: readonly StoredRow[],
): readonly StoredRow[] {
  const alive = (node: number): boolean => (data.leases.get(node)?.untilMs ?? 0) > storeNowMs;
  return rows.filter(({ node, reservedUntilMs }) =>
    node === 0 ? reservedUntilMs > storeNowMs : alive(node),
  );
}

/** The limit in force. */
export function limitOf({ data, scenario }: ClusterStage, userId: string): number {
  return data.limits.get(userId) ?? scenario.options.maxSessionsPerUser ?? 5;
}

/**
 * I1: no act puts somebody where there is no room, but for what is put back by force after an outage, and a place that passes
 * from one to another. Whoever had a row before the act has its place by an earlier one: a row whose node the store has given
 * up counts again where that node is heard of before anybody took the row out.
 */
export function countingRows(stage: ClusterStage): <T>(act: () => T) => T {
  return (act) => {
    const before = stage.users.map(({ id }) => rowsOf(stage, id));
    stage.isExcused = false;
    const answer = act();
    for (const [place, { id }] of stage.users.entries()) {
      const rows = rowsOf(stage, id);
      const slots = slotsAmong(stage, rows);
      const limit = limitOf(stage, id);
      const added = addedTo(before[place] ?? [], { rows, slots });
      stage.verdict.expect(
        slots.length <= limit || added.length === 0 || stage.isExcused,
        'I1',
        () =>
          `${id} has ${slots.length} slots of ${limit} after an act that gave one to ${added.join(' and ')}`,
      );
    }
    return answer;
  };
}

/** Sessions that hold a slot which neither they had, nor one of their lineage that has left it to them. */
function addedTo(
  before: readonly StoredRow[],
  { rows, slots }: { readonly rows: readonly StoredRow[]; readonly slots: readonly StoredRow[] },
): readonly number[] {
  const there = new Set(rows.map(({ session }) => session));
  const had = new Set(before.map(({ session }) => session));
  const left = new Set(before.filter((row) => !there.has(row.session)).map((row) => row.lineage));
  return slots
    .filter(({ session, lineage }) => !had.has(session) && !left.has(lineage))
    .map(({ session }) => session);
}

function rowsOf({ data }: ClusterStage, userId: string): readonly StoredRow[] {
  return [...(data.users.get(userId)?.rows.values() ?? [])];
}
