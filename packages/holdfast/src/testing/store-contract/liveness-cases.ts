import assert from 'node:assert/strict';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode, longMs } from './contract-node.ts';

/** Rows of nodes that are gone, and of those nobody has heard of yet. */
export const livenessCases: readonly StoreContractCase[] = [
  promise(
    'I3 rows of a node that is gone hold no slot, and are taken out by whoever asks for one',
    async (bench) => {
      const [dead, one] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      await dead.enter('ada', { limit: 2 });
      await dead.enter('ada', { limit: 2 });
      await one.refused('ada', { limit: 2 });
      one.buries(dead);
      assert.deepEqual(await one.handles('ada'), []);
      assert.deepEqual(await dead.handles('ada').then((rows) => rows.length), 2);
      const { session, count, replaced } = await one.enter('ada', { limit: 2 });
      assert.deepEqual([count, replaced], [1, null]);
      assert.deepEqual(await dead.handles('ada'), [session]);
      await bench.settle();
      assert.deepEqual(dead.heardAll, []);
    },
  ),
  promise('a generation above the last one the actor knows of counts as alive', async (bench) => {
    const [one, dead] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const young = await ContractNode.join(bench);
    one.buries(dead);
    assert.equal(one.live.upTo, dead.generation);
    const { session } = await young.enter('ada', { limit: 1 });
    assert.deepEqual(
      (await one.refused('ada', { limit: 1 })).rows.map((row) => row.session),
      [session],
    );
  }),
  promise('I7 what a dead node does late counts for nobody, and is taken out', async (bench) => {
    const [dead, one] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    one.buries(dead);
    const late = await dead.enter('ada', { limit: 1 });
    const { session } = await one.enter('ada', { limit: 1 });
    assert.equal(await dead.release('ada', late.session), false);
    assert.deepEqual(await one.handles('ada'), [session]);
    assert.deepEqual(await dead.handles('ada'), [session]);
  }),
  promise('a ticket of a session whose node is gone passes its lineage on', async (bench) => {
    const [dead, one] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const first = await dead.enter('ada', { limit: 1 });
    one.buries(dead);
    const ticket = { lineage: first.session, predecessor: first.session };
    const second = await one.enter('ada', { limit: 1, ticket });
    assert.deepEqual([second.flaw, second.lineage, second.count], [null, first.session, 1]);
  }),
  promise('nobody is evicted where rows of the dead made room', async (bench) => {
    const [dead, one] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const stays = await one.enter('ada', { limit: 2 });
    await dead.enter('ada', { limit: 2 });
    one.buries(dead);
    const next = await one.enter('ada', { limit: 2, evictEveryMs: longMs });
    assert.equal(next.replaced, null);
    assert.deepEqual(await one.handles('ada'), [stays.session, next.session]);
  }),
  promise('an event goes to no node that is gone, which counts for nothing', async (bench) => {
    const [dead, one] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await dead.enter('ada');
    one.buries(dead);
    const { sessions } = await one.append('ada', 'x');
    assert.equal(sessions, 0);
    assert.equal((await one.state('ada')).record?.delivered, 0);
    await bench.settle();
    assert.deepEqual(dead.heardAll, []);
  }),
  promise(
    'a sweep of a generation that is gone takes its rows out, and no others',
    async (bench) => {
      const [dead, one] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const users = Array.from({ length: 30 }, (_, place) => `user-${place}`);
      for (const user of users) await dead.enter(user);
      await dead.enter('user-0');
      const stays = await one.enter('user-1');
      one.buries(dead);
      const { slices } = await one.sweepAll(dead.generation);
      assert.equal(
        slices.reduce((sum, { removed }) => sum + removed, 0),
        31,
      );
      for (const user of users)
        assert.deepEqual(await dead.handles(user), user === 'user-1' ? [stays.session] : []);
      const again = await one.sweepAll(dead.generation);
      assert.equal(
        again.slices.every(({ removed, users: left }) => removed === 0 && left.length === 0),
        true,
      );
    },
  ),
  promise('a sweep goes slice by slice through all users of a generation', async (bench) => {
    const [node, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const users = Array.from({ length: 40 }, (_, place) => `user-${place}`);
    for (const user of users) await node.enter(user);
    await other.enter('stranger');
    const gone = await node.enter('gone');
    await node.release('gone', gone.session);
    const { slices } = await other.sweepAll(node.generation);
    const named = slices.flatMap((slice) => [...slice.users]);
    assert.deepEqual([...new Set(named)].toSorted(), users.toSorted());
    assert.equal(
      slices.some(({ removed }) => removed > 0),
      false,
    );
    assert.equal((await node.state('user-0')).rows.length, 1);
  }),
  promise('a sweep of a generation without rows is over at once or finds nobody', async (bench) => {
    const node = await ContractNode.join(bench);
    const { slices } = await node.sweepAll(node.generation);
    assert.deepEqual(
      slices.flatMap(({ users }) => users),
      [],
    );
  }),
];
