import assert from 'node:assert/strict';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode, longMs, roomy, shortMs } from './contract-node.ts';

const verdictsOf = ({
  verdicts,
}: {
  readonly verdicts: readonly { verdict: string }[];
}): string[] => verdicts.map(({ verdict }) => verdict);

/** Nodes that say which sessions they hold. */
export const assertionCases: readonly StoreContractCase[] = [
  promise('a row that is there is kept, and nothing else changes', async (bench) => {
    const node = await ContractNode.join(bench);
    const { session } = await node.enter('ada', { device: 'phone', epoch: 'first' });
    const { rows } = await node.state('ada');
    await node.append('ada', 'x');
    const answer = await node.assertRows('ada', rows, { limit: 1 });
    assert.deepEqual(answer, {
      verdicts: [{ session, verdict: 'kept' }],
      removed: 0,
      record: { epoch: 'first', last: 1, first: 1, delivered: 1 },
    });
    assert.deepEqual((await node.state('ada')).rows, rows);
  }),
  promise(
    'rows of this node that were not named are gone, and those of others stay',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const first = await one.enter('ada');
      await one.enter('ada');
      const third = await other.enter('ada');
      const reserved = await one.enter('ada');
      await one.reserve('ada', reserved.session);
      const answer = await one.assertRows('ada', [first]);
      assert.deepEqual([verdictsOf(answer), answer.removed], [['kept'], 1]);
      assert.deepEqual(
        (await one.handles('ada')).toSorted((a, b) => a - b),
        [first.session, third.session, reserved.session].toSorted((a, b) => a - b),
      );
      assert.equal((await one.assertRows('ada', [])).removed, 1);
      await bench.settle();
      assert.deepEqual([one.heardAll, other.heardAll], [[], []]);
    },
  ),
  promise(
    'rows of newcomers on their way to this node stay, and those who have none get none',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const coming = await one.enter('ada');
      const gone = await one.enter('ada');
      const elsewhere = await other.enter('ada');
      const answer = await one.assertRows('ada', [], {
        coming: [coming.session, elsewhere.session, one.nextHandle()],
      });
      assert.deepEqual([answer.verdicts, answer.removed], [[], 1]);
      assert.deepEqual(
        (await one.handles('ada')).toSorted((a, b) => a - b),
        [coming.session, elsewhere.session].toSorted((a, b) => a - b),
      );
      assert.equal(await one.release('ada', gone.session), false);
    },
  ),
  promise('a node that comes back under another generation keeps its rows', async (bench) => {
    const one = await ContractNode.join(bench);
    const { session } = await one.enter('ada', { limit: 1 });
    const again = await ContractNode.join(bench);
    again.buries(one);
    const answer = await again.assertRows('ada', [{ session }], { limit: 1 });
    assert.deepEqual([verdictsOf(answer), answer.removed], [['kept'], 0]);
    assert.equal(await one.release('ada', session), false);
    assert.equal(await again.release('ada', session), true);
  }),
  promise('a slot that was reserved by mistake is held again', async (bench) => {
    const node = await ContractNode.join(bench);
    const { session } = await node.enter('ada');
    await node.reserve('ada', session);
    assert.deepEqual(verdictsOf(await node.assertRows('ada', [{ session }])), ['kept']);
    const [row] = (await node.state('ada')).rows;
    assert.deepEqual([row?.node, row?.reservedMs], [node.generation, undefined]);
  }),
  promise('the node is right about its session: that its ticket was confirmed', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada');
    const ticket = { lineage: first.session, predecessor: first.session };
    const second = await node.enter('ada', { ticket });
    await node.assertRows('ada', [{ session: second.session, lineage: first.session }]);
    assert.equal((await node.enter('ada', { ticket })).flaw, 'spent');
  }),
  promise('a row that was lost is restored as it was, where there is room', async (bench) => {
    const node = await ContractNode.join(bench);
    const { session } = await node.enter('ada', { device: 'phone', epoch: 'first' });
    const { rows } = await node.state('ada');
    await bench.wipe();
    const answer = await node.assertRows('ada', rows, { epoch: 'second', limit: 1 });
    assert.deepEqual(answer, {
      verdicts: [{ session, verdict: 'restored' }],
      removed: 0,
      record: { epoch: 'second', last: 0, first: 1, delivered: 0 },
    });
    assert.deepEqual((await node.state('ada')).rows, rows);
    assert.equal(await node.release('ada', session), true);
  }),
  promise('I1 what there is no room for is not restored', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const lost = [one.nextHandle(), one.nextHandle(), one.nextHandle()];
    const taken = await other.enter('ada', { limit: 2 });
    const answer = await one.assertRows(
      'ada',
      lost.map((session) => ({ session })),
      { limit: 2 },
    );
    assert.deepEqual(verdictsOf(answer), ['restored', 'full', 'full']);
    assert.deepEqual(
      (await one.handles('ada')).toSorted((a, b) => a - b),
      [lost[0] ?? 0, taken.session].toSorted((a, b) => a - b),
    );
  }),
  promise('an own limit is in force for what is restored', async (bench) => {
    const node = await ContractNode.join(bench);
    await node.store.setLimit('ada', 1);
    const rows = [{ session: node.nextHandle() }, { session: node.nextHandle() }];
    assert.deepEqual(verdictsOf(await node.assertRows('ada', rows)), ['restored', 'full']);
  }),
  promise(
    'a node that insists gets everything restored, and nobody else gets in',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const rows = [1, 2, 3].map(() => ({ session: node.nextHandle() }));
      const answer = await node.assertRows('ada', rows, { limit: 1, isForced: true });
      assert.deepEqual(verdictsOf(answer), ['restored', 'restored', 'restored']);
      assert.equal((await node.refused('ada', { limit: 1 })).rows.length, 3);
      const kept = await node.assertRows('ada', rows, { limit: 1 });
      assert.deepEqual(verdictsOf(kept), ['kept', 'kept', 'kept']);
    },
  ),
  promise('a session whose client has come back elsewhere is not restored', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const first = await one.enter('ada');
    const ticket = { lineage: first.session, predecessor: first.session };
    const second = await other.enter('ada', { ticket });
    const rows = [{ session: first.session }];
    for (const isForced of [false, true])
      assert.deepEqual(verdictsOf(await one.assertRows('ada', rows, { isForced })), ['superseded']);
    assert.deepEqual(await one.handles('ada'), [second.session]);
  }),
  promise(
    'a later session of the same client takes the place of the earlier one, also at the limit',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const first = await one.enter('ada', { limit: 1 });
      const [held] = (await one.state('ada')).rows;
      const row = {
        session: other.nextHandle(),
        lineage: first.session,
        predecessor: first.session,
        openedAtMs: (held?.openedAtMs ?? 0) + 1,
      };
      const answer = await other.assertRows('ada', [row], { limit: 1 });
      assert.deepEqual([verdictsOf(answer), answer.removed], [['restored'], 0]);
      assert.deepEqual(await one.handles('ada'), [row.session]);
      await bench.settle();
      assert.deepEqual(one.heardAll, [
        { type: 'replaced', user: 'ada', session: first.session, cause: 'superseded' },
      ]);
      assert.deepEqual(other.heardAll, []);
    },
  ),
  promise(
    'I2 a session that was let in earlier does not take the place of a later one, whatever their handles are',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const later = await one.enter('ada');
      const row = { session: other.nextHandle(), lineage: later.session, openedAtMs: 1 };
      assert.ok(row.session > later.session);
      assert.deepEqual(verdictsOf(await other.assertRows('ada', [row])), ['superseded']);
      assert.deepEqual(await one.handles('ada'), [later.session]);
    },
  ),
  promise(
    'I2 a session that was let in for another is the later one, whatever the clocks of their nodes say',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const older = { session: one.nextHandle(), lineage: one.nextHandle(), openedAtMs: 9 };
      const newer = {
        session: other.nextHandle(),
        lineage: older.lineage,
        predecessor: older.session,
        openedAtMs: 1,
      };
      await one.assertRows('ada', [older]);
      assert.deepEqual(verdictsOf(await other.assertRows('ada', [newer])), ['restored']);
      assert.deepEqual(verdictsOf(await one.assertRows('ada', [older])), ['superseded']);
      assert.deepEqual(await one.handles('ada'), [newer.session]);
    },
  ),
  promise('rows of the dead are taken out, and make room', async (bench) => {
    const [dead, one] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await dead.enter('ada', { limit: 2 });
    await dead.enter('ada', { limit: 2 });
    one.buries(dead);
    const rows = [{ session: one.nextHandle() }, { session: one.nextHandle() }];
    const answer = await one.assertRows('ada', rows, { limit: 2 });
    assert.deepEqual([verdictsOf(answer), answer.removed], [['restored', 'restored'], 2]);
  }),
  promise(
    'a reservation that has lapsed is taken out',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const { session } = await node.enter('ada');
      await node.reserve('ada', session, { forMs: shortMs });
      await bench.advance(shortMs);
      assert.equal((await node.assertRows('ada', [])).removed, 1);
    },
    'moments',
  ),
  promise(
    'an assertion of nothing about a user nobody knows begins a record that is forgotten',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const terms = { ...roomy, keepMs: shortMs };
      const answer = await node.assertRows('ada', [], { epoch: 'first', terms });
      assert.deepEqual(answer, {
        verdicts: [],
        removed: 0,
        record: { epoch: 'first', last: 0, first: 1, delivered: 0 },
      });
      await bench.advance(shortMs);
      assert.equal((await node.state('ada')).record, null);
    },
    'moments',
  ),
  promise('rows that are restored are heard, swept and evicted as any other', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const session = one.nextHandle();
    await one.assertRows('ada', [{ session, openedAtMs: 1 }], { limit: 1 });
    const { slices } = await other.sweepAll(one.generation);
    assert.deepEqual(
      slices.flatMap(({ users }) => users),
      ['ada'],
    );
    await other.append('ada', 'x');
    const next = await other.enter('ada', { limit: 1, evictEveryMs: longMs });
    assert.equal(next.replaced?.session, session);
    await bench.settle();
    assert.deepEqual(
      one.heardAll.map(({ type }) => type),
      ['appended', 'replaced'],
    );
    const after = await other.sweepAll(one.generation);
    assert.deepEqual(
      after.slices.flatMap(({ users }) => users),
      [],
    );
  }),
];
