import { expect, it } from 'vitest';
import { checkClosed } from '../../src/testing/cluster-simulation/check-closed.ts';
import { countingRows } from '../../src/testing/cluster-simulation/check-rows.ts';
import { ClusterHost } from '../../src/testing/cluster-simulation/cluster-host.ts';
import { ClusterStage } from '../../src/testing/cluster-simulation/cluster-stage.ts';
import { witnessOf } from '../../src/testing/cluster-simulation/store-witness.ts';
import { Wire } from '../../src/testing/cluster-simulation/wire.ts';

const client = { read: () => {}, closed: () => {}, attached: () => {}, written: () => {} };

/** What is said of a session that is ended as excess, whose store was wiped so long before it dialled. */
function verdictOn(wipedBeforeMs: number): string | undefined {
  const stage = new ClusterStage(4949, {
    kinds: [],
    note: () => {},
    duties: (on) => ({ witness: witnessOf(on), hear: () => {}, around: countingRows(on) }),
  });
  const host = new ClusterHost(stage, 'node1');
  const [user] = stage.users;
  if (user === undefined) return undefined;
  const { now } = stage.world;
  stage.machine.wipe(now - wipedBeforeMs);
  const wire = new Wire(stage.world, host, { client, kin: [] });
  stage.sessions.set('s', { user, wire, host, openedAt: now });
  checkClosed(stage, host, {
    type: 'closed',
    session: 's',
    user: user.id,
    cause: 'excess',
    ageMs: 0,
  });
  return stage.verdict.violation?.invariant;
}

it('I1 a session whose row was lost since it dialled may be ended as excess', () => {
  expect(verdictOn(0)).toBeUndefined();
});

it('I1 a session that got its row after the store had lost anything may not', () => {
  expect(verdictOn(1)).toBe('I1');
});
