import assert from 'node:assert/strict';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode, longMs, shortMs } from './contract-node.ts';

/** Slots: who gets one, who does not, and whose place it is. */
export const admissionCases: readonly StoreContractCase[] = [
  promise('I1 as many as the limit get in over all nodes, and one more does not', async (bench) => {
    const nodes = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const [one, other] = nodes as [ContractNode, ContractNode];
    const first = await one.enter('ada', { limit: 3 });
    assert.deepEqual([first.count, first.limit, first.replaced], [1, 3, null]);
    const second = await one.enter('ada', { limit: 3 });
    const third = await other.enter('ada', { limit: 3 });
    assert.deepEqual([second.count, third.count], [2, 3]);
    const { rows, limit } = await one.refused('ada', { limit: 3 });
    assert.equal(limit, 3);
    assert.deepEqual(
      rows.map(({ session, node }) => [session, node]),
      [
        [first.session, one.generation],
        [second.session, one.generation],
        [third.session, other.generation],
      ],
    );
  }),
  promise('I1 of fifty that ask at once, five get in', async (bench) => {
    const nodes = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, place) => (nodes[place % 2] as ContractNode).admit('ada')),
    );
    assert.equal(answers.filter(({ outcome }) => outcome === 'admitted').length, 5);
    assert.equal((await (nodes[0] as ContractNode).handles('ada')).length, 5);
  }),
  promise('a row says who it is, where, and since when', async (bench) => {
    const node = await ContractNode.join(bench);
    const { session } = await node.enter('ada', { device: 'phone' });
    const { rows, limit, record } = await node.state('ada');
    const [row] = rows;
    assert.deepEqual(
      { ...row, openedAtMs: 0 },
      {
        session,
        lineage: session,
        predecessor: 0,
        node: node.generation,
        device: 'phone',
        openedAtMs: 0,
      },
    );
    assert.ok(Number.isInteger(row?.openedAtMs));
    assert.equal(limit, null);
    assert.deepEqual(record, {
      epoch: `epoch-${node.generation}`,
      last: 0,
      first: 1,
      delivered: 0,
    });
  }),
  promise('nothing is known of a user nobody has asked for', async (bench) => {
    const node = await ContractNode.join(bench);
    assert.deepEqual(await node.state('ada'), { rows: [], limit: null, record: null });
    assert.deepEqual(await node.read('ada'), { record: null, entries: [] });
  }),
  promise('a limit without end lets everybody in', async (bench) => {
    const node = await ContractNode.join(bench);
    for (let count = 1; count <= 7; count += 1) {
      const answer = await node.enter('ada', { limit: Number.POSITIVE_INFINITY });
      assert.deepEqual([answer.count, answer.limit], [count, Number.POSITIVE_INFINITY]);
    }
  }),
  promise(
    'I1 an own limit is in force instead of that of the act, until it is lifted',
    async (bench) => {
      const node = await ContractNode.join(bench);
      await node.enter('ada');
      await node.store.setLimit('ada', 1);
      assert.equal((await node.refused('ada')).limit, 1);
      assert.equal((await node.state('ada')).limit, 1);
      await node.store.setLimit('ada', 2);
      assert.equal((await node.enter('ada', { limit: 1 })).limit, 2);
      await node.store.setLimit('ada', null);
      assert.equal((await node.state('ada')).limit, null);
      assert.equal((await node.refused('ada', { limit: 2 })).limit, 2);
      assert.equal((await node.enter('ada', { limit: 3 })).limit, 3);
    },
  ),
  promise(
    'A12 a limit that is lowered ends nobody, and lets nobody in before there is room',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const [first, second] = [await node.enter('ada'), await node.enter('ada')];
      const third = await node.enter('ada');
      await node.store.setLimit('ada', 2);
      assert.equal((await node.refused('ada', { evictEveryMs: 0 })).rows.length, 3);
      await node.release('ada', first.session);
      await node.refused('ada');
      await node.release('ada', second.session);
      const last = await node.enter('ada');
      assert.deepEqual(await node.handles('ada'), [third.session, last.session]);
    },
  ),
  promise('an act that comes again finds its own row, and takes no second slot', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada', { limit: 1 });
    const again = await node.enter('ada', { limit: 1, session: first.session });
    assert.deepEqual([again.count, again.replaced, again.lineage], [1, null, first.session]);
    assert.deepEqual(await node.handles('ada'), [first.session]);
  }),
  promise('the row that is taken over is gone, and its node is told', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const first = await one.enter('ada', { limit: 2, device: 'phone' });
    const second = await one.enter('ada', { limit: 2 });
    const third = await other.enter('ada', { limit: 2, taken: first.session });
    assert.equal(third.replaced?.session, first.session);
    assert.equal(third.replaced.device, 'phone');
    assert.deepEqual([third.count, third.lineage, third.flaw], [2, third.session, null]);
    assert.deepEqual(await one.handles('ada'), [second.session, third.session]);
    await bench.settle();
    assert.deepEqual(one.heardAll, [
      { type: 'replaced', user: 'ada', session: first.session, cause: 'taken-over' },
    ]);
    assert.deepEqual(other.heardAll, []);
  }),
  promise('a node that replaces a row of its own is not told of it', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada', { limit: 1 });
    const second = await node.enter('ada', { limit: 1, taken: first.session });
    assert.equal(second.replaced?.session, first.session);
    await bench.settle();
    assert.deepEqual(node.heardAll, []);
  }),
  promise('a row to take over that is not there gives nothing', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada', { limit: 1 });
    const stranger = await node.enter('bob', { limit: 1 });
    await node.refused('ada', { limit: 1, taken: stranger.session });
    assert.deepEqual(await node.handles('ada'), [first.session]);
    assert.deepEqual(await node.handles('bob'), [stranger.session]);
  }),
  promise(
    'at the limit the oldest gives way where that is asked for, and its node is told',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const first = await one.enter('ada', { limit: 2, evictEveryMs: longMs });
      const second = await one.enter('ada', { limit: 2, evictEveryMs: longMs });
      const third = await other.enter('ada', { limit: 2, evictEveryMs: longMs });
      assert.deepEqual([third.replaced?.session, third.count], [first.session, 2]);
      assert.deepEqual(await one.handles('ada'), [second.session, third.session]);
      await bench.settle();
      assert.deepEqual(one.heardAll, [
        { type: 'replaced', user: 'ada', session: first.session, cause: 'evicted' },
      ]);
    },
  ),
  promise(
    'G6 the oldest gives way once in so many milliseconds',
    async (bench) => {
      const node = await ContractNode.join(bench);
      await node.enter('ada', { limit: 1 });
      const second = await node.enter('ada', { limit: 1, evictEveryMs: longMs });
      await node.refused('ada', { limit: 1, evictEveryMs: longMs });
      await bench.advance(shortMs);
      const third = await node.enter('ada', { limit: 1, evictEveryMs: shortMs });
      assert.equal(third.replaced?.session, second.session);
    },
    'moments',
  ),
  promise('nobody is evicted while there is room, and no slot that is reserved', async (bench) => {
    const node = await ContractNode.join(bench);
    const first = await node.enter('ada', { limit: 2, evictEveryMs: 0 });
    const second = await node.enter('ada', { limit: 2, evictEveryMs: 0 });
    assert.equal(second.replaced, null);
    await node.reserve('ada', first.session);
    const third = await node.enter('ada', { limit: 2, evictEveryMs: 0 });
    assert.equal(third.replaced?.session, second.session);
    await node.reserve('ada', third.session);
    await node.refused('ada', { limit: 2, evictEveryMs: 0 });
  }),
  promise(
    'rows are told oldest first, whatever their handles',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const first = await other.enter('ada');
      await bench.advance(shortMs);
      const second = await one.enter('ada');
      assert.deepEqual(await one.handles('ada'), [first.session, second.session]);
      const { rows } = await one.refused('ada', { limit: 2 });
      assert.deepEqual(
        rows.map(({ session }) => session),
        [first.session, second.session],
      );
      const third = await one.enter('ada', { limit: 2, evictEveryMs: longMs });
      assert.equal(third.replaced?.session, first.session);
    },
    'moments',
  ),
  promise('handles of any size stand as they are', async (bench) => {
    const node = await ContractNode.join(bench);
    const largest = Number.MAX_SAFE_INTEGER;
    await node.enter('ada', { session: largest - 1 });
    const second = await node.enter('ada', {
      session: largest,
      ticket: { lineage: largest - 1, predecessor: largest - 1 },
    });
    assert.deepEqual([second.replaced?.session, second.lineage], [largest - 1, largest - 1]);
    assert.equal(await node.release('ada', largest - 1), false);
    assert.equal(await node.release('ada', largest), true);
  }),
];
