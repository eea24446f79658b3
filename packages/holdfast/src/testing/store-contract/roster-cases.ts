import assert from 'node:assert/strict';
import type { RenewAnswer, Roster } from '../../sessions/store/cluster-store.ts';
import { promise, type StoreContractCase } from './bench.ts';
import { cardOf, ContractNode } from './contract-node.ts';

const rosterOf = (answer: RenewAnswer): Roster => {
  assert.ok(answer.outcome === 'renewed', 'Expected the lease to be renewed.');
  return answer;
};

/** Generations and leases. */
export const rosterCases: readonly StoreContractCase[] = [
  promise('generations rise and are never given twice, with or without a lease', async (bench) => {
    const one = await ContractNode.join(bench);
    const second = await one.store.takeGeneration();
    const other = await ContractNode.join(bench);
    const taken = await Promise.all([1, 2, 3, 4].map(() => other.store.takeGeneration()));
    const all = [one.generation, second, other.generation, ...taken.toSorted((a, b) => a - b)];
    assert.deepEqual(
      all,
      [...new Set(all)].toSorted((a, b) => a - b),
    );
    assert.ok(one.generation > 0 && (all.at(-1) ?? 0) < 2 ** 28);
  }),
  promise(
    'a store that was wiped gives no generation twice',
    async (bench) => {
      const one = await ContractNode.join(bench);
      // The clock of generations has to pass the number that was taken.
      await bench.advance(4_000);
      await bench.wipe();
      const other = await ContractNode.join(bench);
      assert.ok(other.generation > one.generation, `${other.generation} after ${one.generation}`);
    },
    'lease',
  ),
  promise('who joins is told of everybody who is alive, in the words of each', async (bench) => {
    const one = await ContractNode.join(bench, 'one');
    const other = await ContractNode.join(bench, 'ötzi "x"');
    assert.deepEqual(one.roster.live, { upTo: one.generation, generations: [one.generation] });
    const { live, nodes, lapsed, broadcasts } = other.roster;
    assert.deepEqual(live, {
      upTo: other.generation,
      generations: [one.generation, other.generation],
    });
    assert.deepEqual([lapsed, broadcasts], [[], 0]);
    assert.deepEqual(
      nodes.map(({ leaseLeftMs, ...node }) => {
        assert.ok(leaseLeftMs > 0 && leaseLeftMs <= bench.leaseMs, `${leaseLeftMs}`);
        return node;
      }),
      [
        { generation: one.generation, ...cardOf('one') },
        { generation: other.generation, ...cardOf('ötzi "x"') },
      ],
    );
  }),
  promise(
    'a renewal carries the card, and brings the roster and the number of broadcasts',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench, 'one'), await ContractNode.join(bench)];
      await other.store.nextBroadcast();
      const card = { ...cardOf('one'), isDraining: true, url: '' };
      const { live, nodes, broadcasts } = rosterOf(await one.store.renew(one.generation, card));
      assert.deepEqual([live, broadcasts], [other.roster.live, 1]);
      assert.deepEqual(
        nodes.map(({ generation, isDraining, url }) => [generation, isDraining, url]),
        [
          [one.generation, true, ''],
          [other.generation, false, 'http://node.test'],
        ],
      );
    },
  ),
  promise('upTo is the last generation that was taken, with or without a lease', async (bench) => {
    const node = await ContractNode.join(bench);
    const taken = await node.store.takeGeneration();
    const { live, lapsed } = rosterOf(await node.store.renew(node.generation, cardOf('node')));
    assert.deepEqual([live, lapsed], [{ upTo: taken, generations: [node.generation] }, []]);
  }),
  promise('the key of tickets is the same for everybody, and nobody guesses it', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    assert.equal(one.roster.ticketKey, other.roster.ticketKey);
    assert.ok(one.roster.ticketKey.length >= 32);
    await bench.wipe();
    const next = await ContractNode.join(bench);
    assert.notEqual(next.roster.ticketKey, one.roster.ticketKey);
  }),
  promise(
    'a renewal extends the lease to its full length',
    async (bench) => {
      const node = await ContractNode.join(bench);
      await bench.advance(bench.leaseMs / 4);
      const { nodes } = rosterOf(await node.store.renew(node.generation, cardOf('node')));
      assert.equal(nodes[0]?.leaseLeftMs, bench.leaseMs);
    },
    'lease',
  ),
  promise(
    'I7 a lease that is over never comes back, and its generation is named until it is forgotten',
    async (bench) => {
      const one = await ContractNode.join(bench);
      await bench.advance(bench.leaseMs);
      const lost = { outcome: 'lost' };
      assert.deepEqual(await one.store.renew(one.generation, cardOf('node')), lost);
      const other = await ContractNode.join(bench);
      assert.ok(other.generation > one.generation);
      assert.deepEqual(other.roster.live.generations, [other.generation]);
      assert.deepEqual(other.roster.lapsed, [one.generation]);
      assert.deepEqual(await one.store.renew(one.generation, cardOf('node')), lost);
      await other.store.forget(one.generation);
      const roster = rosterOf(await other.store.renew(other.generation, cardOf('node')));
      assert.deepEqual([roster.lapsed, roster.live.generations], [[], [other.generation]]);
      assert.deepEqual(await one.store.renew(one.generation, cardOf('node')), lost);
    },
    'lease',
  ),
  promise('I7 a lease that has become that of another process is lost', async (bench) => {
    const one = await ContractNode.join(bench, 'one');
    const answer = await one.store.renew(one.generation, cardOf('other'));
    assert.deepEqual(answer, { outcome: 'lost' });
    rosterOf(await one.store.renew(one.generation, cardOf('one')));
  }),
  promise('a lease that was given up is over at once', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await one.enter('ada', { limit: 1 });
    await one.store.leave(one.generation);
    assert.deepEqual(await one.store.renew(one.generation, cardOf('node')), { outcome: 'lost' });
    const { live, lapsed, nodes } = rosterOf(
      await other.store.renew(other.generation, cardOf('node')),
    );
    assert.deepEqual(live, { upTo: other.generation, generations: [other.generation] });
    assert.deepEqual([lapsed, nodes.length], [[one.generation], 1]);
    other.live = live;
    assert.equal((await other.enter('ada', { limit: 1 })).count, 1);
  }),
  promise('a lease that runs is not forgotten', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await other.store.forget(one.generation);
    const { live } = rosterOf(await one.store.renew(one.generation, cardOf('node')));
    assert.deepEqual(live.generations, [one.generation, other.generation]);
  }),
  promise('a store that was wiped knows no lease', async (bench) => {
    const one = await ContractNode.join(bench);
    await bench.wipe();
    assert.deepEqual(await one.store.renew(one.generation, cardOf('node')), { outcome: 'lost' });
    await one.store.leave(one.generation);
    await one.store.forget(one.generation);
  }),
];
