import assert from 'node:assert/strict';
import { waiterNoteMs } from '../../sessions/store/acts.ts';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode, longMs, shortMs } from './contract-node.ts';

const freed = (user: string): { type: string; user: string } => ({ type: 'freed', user });

/** Slots that are given back or reserved, and who hears of it. */
export const endingCases: readonly StoreContractCase[] = [
  promise('I7 a release takes out the row of its handle, once', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada', { limit: 1 });
    assert.equal(await node.release('ada', first.session), true);
    assert.equal(await node.release('ada', first.session), false);
    const second = await node.enter('ada', { limit: 1 });
    assert.equal(await node.release('ada', first.session), false);
    assert.deepEqual(await node.handles('ada'), [second.session]);
  }),
  promise('I7 no node releases or reserves a row that another one holds', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const { session } = await one.enter('ada');
    assert.equal(await other.release('ada', session), false);
    assert.equal(await other.reserve('ada', session), false);
    assert.equal(await one.release('nobody', session), false);
    assert.deepEqual(await one.handles('ada'), [session]);
  }),
  promise(
    'I7 the late release of a session that was superseded takes nothing from its successor',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const first = await one.enter('ada', { limit: 1 });
      const ticket = { lineage: first.session, predecessor: first.session };
      const second = await other.enter('ada', { limit: 1, ticket });
      assert.equal(await one.release('ada', first.session, { isRevoked: true }), false);
      assert.deepEqual(await one.handles('ada'), [second.session]);
      const next = { lineage: first.session, predecessor: second.session };
      assert.equal((await one.enter('ada', { limit: 1, ticket: next })).flaw, null);
    },
  ),
  promise('a reserved slot counts, is held by no node, and cannot be given back', async (bench) => {
    const node = await ContractNode.join(bench);
    const { session } = await node.enter('ada', { limit: 1 });
    assert.equal(await node.reserve('ada', session, { forMs: longMs }), true);
    const { rows } = await node.refused('ada', { limit: 1 });
    assert.deepEqual([rows[0]?.session, rows[0]?.node], [session, 0]);
    const left = rows[0]?.reservedMs ?? 0;
    assert.ok(left > 0 && left <= longMs, `${left}`);
    assert.equal(await node.reserve('ada', session), false);
    assert.equal(await node.release('ada', session), false);
    assert.equal((await node.state('ada')).rows.length, 1);
  }),
  promise(
    'a reserved slot goes to its ticket, on whatever node, and nobody is told',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const first = await one.enter('ada', { limit: 1 });
      await one.reserve('ada', first.session);
      const ticket = { lineage: first.session, predecessor: first.session };
      const second = await other.enter('ada', { limit: 1, ticket });
      assert.deepEqual(
        [second.replaced?.session, second.replaced?.node, second.lineage],
        [first.session, 0, first.session],
      );
      assert.equal((second.replaced?.reservedMs ?? 0) > 0, true);
      await bench.settle();
      assert.deepEqual([one.heardAll, other.heardAll], [[], []]);
    },
  ),
  promise(
    'a reservation lapses',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const { session } = await node.enter('ada', { limit: 1 });
      await node.reserve('ada', session, { forMs: shortMs });
      await bench.advance(shortMs);
      assert.deepEqual(await node.handles('ada'), []);
      const next = await node.enter('ada', { limit: 1 });
      assert.deepEqual([next.count, next.replaced], [1, null]);
    },
    'moments',
  ),
  promise('a reservation outlives the lease of its node', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const { session } = await one.enter('ada', { limit: 1 });
    await one.reserve('ada', session);
    await one.store.leave(one.generation);
    other.buries(one);
    await other.refused('ada', { limit: 1 });
    await other.sweepAll(one.generation);
    assert.deepEqual(await other.handles('ada'), [session]);
  }),
  promise('I3 every node where somebody waits is told once that a slot is free', async (bench) => {
    const nodes = [
      await ContractNode.join(bench),
      await ContractNode.join(bench),
      await ContractNode.join(bench),
    ];
    const [holder, one, other] = nodes as [ContractNode, ContractNode, ContractNode];
    const first = await holder.enter('ada', { limit: 2 });
    const second = await holder.enter('ada', { limit: 2 });
    await one.refused('ada', { limit: 2, isWaiting: true });
    await one.refused('ada', { limit: 2, isWaiting: true });
    await other.refused('ada', { limit: 2, isWaiting: true });
    await holder.release('ada', first.session);
    await holder.release('ada', second.session);
    await bench.settle();
    assert.deepEqual(
      nodes.map(({ heardAll }) => heardAll),
      [[], [freed('ada')], [freed('ada')]],
    );
  }),
  promise('who waits at the node that releases is told as well', async (bench) => {
    const node = await ContractNode.join(bench);
    const { session } = await node.enter('ada', { limit: 1 });
    await node.refused('ada', { limit: 1, isWaiting: true });
    await node.release('ada', session);
    await bench.settle();
    assert.deepEqual(node.heardAll, [freed('ada')]);
  }),
  promise(
    'nobody is told who does not wait, or waits for another user, or when nothing was released',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const { session } = await one.enter('ada', { limit: 1 });
      await one.enter('bob', { limit: 1 });
      await other.refused('ada', { limit: 1 });
      await other.refused('bob', { limit: 1, isWaiting: true });
      await other.release('ada', session);
      await one.release('ada', session);
      await bench.settle();
      assert.deepEqual([one.heardAll, other.heardAll], [[], []]);
    },
  ),
  promise('a reservation frees nothing, so nobody is told', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const { session } = await one.enter('ada', { limit: 1 });
    await other.refused('ada', { limit: 1, isWaiting: true });
    await one.reserve('ada', session);
    await bench.settle();
    assert.deepEqual(other.heardAll, []);
  }),
  promise('A12 who waits is told when the limit is set or lifted', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await one.enter('ada', { limit: 1 });
    await other.refused('ada', { limit: 1, isWaiting: true });
    await one.store.setLimit('ada', 2);
    await bench.settle();
    assert.deepEqual(other.heardAll, [freed('ada')]);
    await other.enter('ada', { limit: 1 });
    await other.refused('ada', { limit: 1, isWaiting: true });
    await one.store.setLimit('ada', null);
    await bench.settle();
    assert.deepEqual(other.heardAll, [freed('ada'), freed('ada')]);
  }),
  promise(
    'that somebody waits is forgotten after a minute',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const { session } = await one.enter('ada', { limit: 1 });
      await other.refused('ada', { limit: 1, isWaiting: true });
      await bench.advance(waiterNoteMs);
      await one.release('ada', session);
      await bench.settle();
      assert.deepEqual(other.heardAll, []);
    },
    'minute',
  ),
];
