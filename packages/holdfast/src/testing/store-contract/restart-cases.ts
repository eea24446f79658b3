import assert from 'node:assert/strict';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode } from './contract-node.ts';

/** Records that go on under another epoch. */
export const restartCases: readonly StoreContractCase[] = [
  promise(
    'D5 a record that restarts goes on empty under another epoch, and all who hold a row are told',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const away = await ContractNode.join(bench);
      await one.enter('ada', { epoch: 'first' });
      await other.enter('ada');
      await other.append('ada', '1', { eventId: 'a' });
      const record = { epoch: 'second', last: 0, first: 1, delivered: 0 };
      assert.deepEqual(await one.restart('ada', 'first', 'second'), record);
      assert.deepEqual(await one.read('ada'), { record, entries: [] });
      assert.equal((await one.handles('ada')).length, 2);
      const again = await one.append('ada', '2', { eventId: 'a' });
      assert.deepEqual([again.outcome, again.epoch, again.offset], ['appended', 'second', 1]);
      await bench.settle();
      const told = { type: 'restarted', user: 'ada', record };
      assert.deepEqual(
        one.heardAll.map(({ type }) => type),
        ['appended', 'restarted', 'appended'],
      );
      assert.deepEqual([one.heardAll[1], other.heardAll[1]], [told, told]);
      assert.deepEqual(away.heardAll, []);
    },
  ),
  promise('a record that somebody else has restarted stays as it is', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await one.enter('ada', { epoch: 'first' });
    await one.restart('ada', 'first', 'second');
    await one.append('ada', '1');
    const record = { epoch: 'second', last: 1, first: 1, delivered: 1 };
    assert.deepEqual(await other.restart('ada', 'first', 'third'), record);
    assert.deepEqual((await one.state('ada')).record, record);
    await bench.settle();
    assert.deepEqual(
      one.heardAll.map(({ type }) => type),
      ['restarted', 'appended'],
    );
  }),
  promise('a restart of a record that is not there begins one', async (bench) => {
    const node = await ContractNode.join(bench);
    const record = { epoch: 'second', last: 0, first: 1, delivered: 0 };
    assert.deepEqual(await node.restart('ada', 'first', 'second'), record);
    assert.deepEqual((await node.state('ada')).record, record);
  }),
];
