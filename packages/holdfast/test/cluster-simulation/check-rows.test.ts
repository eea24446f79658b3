import { beforeEach, expect, it } from 'vitest';
import { countingRows } from '../../src/testing/cluster-simulation/check-rows.ts';
import { ClusterStage } from '../../src/testing/cluster-simulation/cluster-stage.ts';
import { witnessOf } from '../../src/testing/cluster-simulation/store-witness.ts';
import type { StoredRow } from '../../src/stores/memory/store-data.ts';
import { putRow, removeRow } from '../../src/stores/memory/rows.ts';
import { recordOf } from '../../src/stores/memory/user-record.ts';

/** Has no lease: the store has given it up, or has forgotten it. */
const gone = 1;
const alive = 2;
const lent = { device: null, predecessor: 0, openedAtMs: 0 };
const terms = { events: 1, bytes: 1, keepMs: 60_000 };

let stage: ClusterStage;
let userId: string;

beforeEach(() => {
  stage = new ClusterStage(1131, {
    kinds: [],
    note: () => {},
    duties: (on) => ({ witness: witnessOf(on), hear: () => {}, around: countingRows(on) }),
  });
  userId = stage.users[0]?.id ?? '';
  const { data, storeNowMs } = stage;
  data.limits.set(userId, 2);
  const card = { name: 'node', url: '', isDraining: false };
  data.leases.set(alive, { card, untilMs: storeNowMs + 5_000 });
  put(row(10, alive), row(11, alive), row(12, gone));
});

function row(session: number, node: number, lineage: number = session): StoredRow {
  return { ...lent, session, lineage, node, reservedUntilMs: 0 };
}

/** One act that puts these rows, and takes out those. */
function put(...rows: readonly StoredRow[]): void {
  exchange(rows, []);
}

function exchange(rows: readonly StoredRow[], out: readonly number[]): void {
  stage.machine.do(() =>
    stage.machine.server.do((turn) => {
      const actor = { node: alive, live: { upTo: 0, generations: [] }, broadcasts: 0 };
      const record = recordOf(turn, { ...actor, user: userId, epoch: 'e', terms });
      for (const session of out) {
        const found = record.rows.get(session);
        if (found !== undefined) removeRow(turn, record, found);
      }
      for (const one of rows) putRow(turn, record, one);
    }),
  );
}

it('I1 a row nobody has taken out since its node was given up may be reserved beyond the limit', () => {
  put({ ...row(12, 0), reservedUntilMs: stage.storeNowMs + 10_000 });
  expect(stage.verdict.violation).toBeNull();
});

it('I1 the place of a row whose node was given up passes along its lineage beyond the limit', () => {
  exchange([row(13, alive, 12)], [12]);
  expect(stage.verdict.violation).toBeNull();
});

it('I1 an act that takes out rows which count no more gives nobody a slot beyond the limit', () => {
  exchange([row(13, alive)], [12]);
  expect(stage.verdict.violation?.message).toContain('3 slots of 2');
});

it('I1 one of a lineage that keeps its row has no slot beyond the limit', () => {
  put(row(13, alive, 10));
  expect(stage.verdict.violation?.invariant).toBe('I1');
});
