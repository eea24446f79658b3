import type { UserRecord } from '../../stores/memory/store-data.ts';
import type { ClusterStage } from './cluster-stage.ts';

/** Rows of a user that hold slots, in truth: by the leases as the store has them now. */
function truthCount(stage: ClusterStage, userId: string): number {
  const { data } = stage;
  const record = data.users.get(userId);
  if (record === undefined) return 0;
  const alive = (node: number): boolean => (data.leases.get(node)?.untilMs ?? 0) > stage.storeNowMs;
  return rowsOf(record).filter(({ node, reservedUntilMs }) =>
    node === 0 ? reservedUntilMs > stage.storeNowMs : alive(node),
  ).length;
}

/** The limit in force. */
export function limitOf({ data, scenario }: ClusterStage, userId: string): number {
  return data.limits.get(userId) ?? scenario.options.maxSessionsPerUser ?? 5;
}

/**
 * I1: no act leaves a user with more slots than the limit, but for what was there before, what is put back by force after an
 * outage, and a place that passes from one to another: whose node is gone by now, and the actor does not know it.
 */
export function countingRows(stage: ClusterStage): <T>(act: () => T) => T {
  return (act) => {
    const before = stage.users.map(({ id }) => truthCount(stage, id));
    stage.isExcused = false;
    const answer = act();
    for (const [place, { id }] of stage.users.entries()) {
      const count = truthCount(stage, id);
      const limit = limitOf(stage, id);
      const isExplained = count <= limit || count <= (before[place] ?? 0) || stage.isExcused;
      stage.verdict.expect(
        isExplained,
        'I1',
        () => `${id} has ${count} slots of ${limit} after an act, ${before[place]} before it`,
      );
    }
    return answer;
  };
}

function rowsOf({
  rows,
}: UserRecord): UserRecord['rows'] extends Map<number, infer Row> ? Row[] : never {
  return [...rows.values()];
}
