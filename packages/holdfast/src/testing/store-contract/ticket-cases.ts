import assert from 'node:assert/strict';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode } from './contract-node.ts';

/** Tickets: good, spent, revoked, and those of a predecessor. */
export const ticketCases: readonly StoreContractCase[] = [
  promise(
    'a good ticket supersedes its session first, also at the limit, and its node is told',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const first = await one.enter('ada', { limit: 1 });
      const second = await other.enter('ada', {
        limit: 1,
        ticket: { lineage: first.session, predecessor: first.session },
      });
      assert.equal(second.replaced?.session, first.session);
      assert.deepEqual([second.flaw, second.lineage, second.count], [null, first.session, 1]);
      const { rows } = await one.state('ada');
      assert.deepEqual(
        rows.map(({ session, lineage, predecessor, node }) => [
          session,
          lineage,
          predecessor,
          node,
        ]),
        [[second.session, first.session, first.session, other.generation]],
      );
      await bench.settle();
      assert.deepEqual(one.heardAll, [
        { type: 'replaced', user: 'ada', session: first.session, cause: 'superseded' },
      ]);
    },
  ),
  promise('a good ticket takes its place also where the limit was lowered below', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada');
    await node.enter('ada');
    await node.store.setLimit('ada', 1);
    const ticket = { lineage: first.session, predecessor: first.session };
    assert.equal((await node.enter('ada', { ticket })).count, 2);
  }),
  promise(
    'the ticket of the predecessor is good until the session has confirmed its own',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const first = await node.enter('ada', { limit: 1 });
      const ticket = { lineage: first.session, predecessor: first.session };
      const second = await node.enter('ada', { limit: 1, ticket });
      const third = await node.enter('ada', { limit: 1, ticket });
      assert.equal(third.replaced?.session, second.session);
      await node.store.confirm({ user: 'ada', session: third.session });
      assert.equal((await node.refused('ada', { limit: 1, ticket })).flaw, 'spent');
      const own = { lineage: first.session, predecessor: third.session };
      assert.equal((await node.enter('ada', { limit: 1, ticket: own })).lineage, first.session);
    },
  ),
  promise('to confirm a session that is not there does nothing', async (bench) => {
    const node = await ContractNode.join(bench);
    await node.store.confirm({ user: 'ada', session: 1 });
    assert.deepEqual(await node.state('ada'), { rows: [], limit: null, record: null });
  }),
  promise(
    'a spent ticket counts for nothing: a free slot and a lineage of its own, or none',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const first = await node.enter('ada', { limit: 2 });
      const ticket = { lineage: first.session, predecessor: first.session };
      const second = await node.enter('ada', { limit: 2, ticket });
      await node.store.confirm({ user: 'ada', session: second.session });
      const third = await node.enter('ada', { limit: 2, ticket });
      assert.deepEqual([third.flaw, third.lineage, third.replaced], ['spent', third.session, null]);
      const { flaw, rows } = await node.refused('ada', { limit: 2, ticket });
      assert.equal(flaw, 'spent');
      assert.deepEqual(
        rows.map(({ session, lineage, predecessor }) => [session, lineage, predecessor]),
        [
          [second.session, first.session, 0],
          [third.session, third.session, 0],
        ],
      );
    },
  ),
  promise(
    'a ticket whose session has gone passes its lineage on, and needs a free slot',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const first = await node.enter('ada', { limit: 1 });
      await node.release('ada', first.session);
      const ticket = { lineage: first.session, predecessor: first.session };
      const second = await node.enter('ada', { limit: 1, ticket });
      assert.deepEqual([second.flaw, second.lineage, second.replaced], [null, first.session, null]);
      await node.release('ada', second.session);
      await node.enter('ada', { limit: 1 });
      const next = { lineage: first.session, predecessor: second.session };
      const { flaw } = await node.refused('ada', { limit: 1, ticket: next });
      assert.equal(flaw, null);
    },
  ),
  promise('a ticket of a revoked lineage is spent', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada');
    const ticket = { lineage: first.session, predecessor: first.session };
    const second = await node.enter('ada', { ticket });
    const stays = await node.enter('ada');
    assert.equal(await node.release('ada', second.session, { isRevoked: true }), true);
    const next = { lineage: first.session, predecessor: second.session };
    const third = await node.enter('ada', { ticket: next });
    assert.deepEqual([third.flaw, third.lineage], ['spent', third.session]);
    const other = { lineage: stays.session, predecessor: stays.session };
    assert.equal((await node.enter('ada', { ticket: other })).flaw, null);
  }),
  promise('nothing is revoked by the release of a row that is not there', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada');
    await node.release('ada', first.session);
    assert.equal(await node.release('ada', first.session, { isRevoked: true }), false);
    const ticket = { lineage: first.session, predecessor: first.session };
    assert.equal((await node.enter('ada', { ticket })).flaw, null);
  }),
  promise('a ticket goes before a row that is to be taken over, which stays', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada', { limit: 2 });
    const second = await node.enter('ada', { limit: 2 });
    const ticket = { lineage: first.session, predecessor: first.session };
    const third = await node.enter('ada', { limit: 2, ticket, taken: second.session });
    assert.equal(third.replaced?.session, first.session);
    assert.deepEqual(await node.handles('ada'), [second.session, third.session]);
  }),
  promise('I8 the ticket of one user is nothing to another', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada', { limit: 1 });
    const ticket = { lineage: first.session, predecessor: first.session };
    const stranger = await node.enter('bob', { limit: 1, ticket });
    assert.equal(stranger.replaced, null);
    assert.deepEqual(await node.handles('ada'), [first.session]);
  }),
];
