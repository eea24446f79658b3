import assert from 'node:assert/strict';
import type { RevocationOrder } from '../../sessions/store/cluster-store.ts';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode, shortMs } from './contract-node.ts';

/** Far in the future of any clock. */
const never = 8_640_000_000_000_000;

const order = (more: Partial<RevocationOrder>): RevocationOrder => ({
  user: 'ada',
  jti: null,
  issuedUpTo: 0,
  endsAtMs: never,
  ...more,
});

const inOrder = (orders: readonly RevocationOrder[]): string[] =>
  orders
    .map(({ user, jti, issuedUpTo, endsAtMs }) => JSON.stringify([user, jti, issuedUpTo, endsAtMs]))
    .toSorted();

/** Messages that are taken once, and tokens that are revoked. */
export const orderCases: readonly StoreContractCase[] = [
  promise('D10 a message is taken once, over all nodes, for each user', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    assert.equal(await one.claim('ada', 'm1'), 'new');
    assert.equal(await other.claim('ada', 'm1'), 'pending');
    assert.equal(await one.claim('ada', 'm1'), 'new');
    await one.settle('ada', 'm1', 'taken');
    assert.equal(await one.claim('ada', 'm1'), 'taken');
    assert.equal(await other.claim('ada', 'm1'), 'taken');
    assert.equal(await other.claim('ada', 'm2'), 'new');
    assert.equal(await other.claim('bob', 'm1'), 'new');
    const claims = Array.from({ length: 20 }, (_, place) =>
      (place % 2 === 0 ? one : other).claim('ada', 'm3'),
    );
    const answers = await Promise.all(claims);
    assert.ok(answers.indexOf('pending') % 2 !== answers.indexOf('new') % 2, answers.join(' '));
  }),
  promise(
    'D10 a message that failed, or whose node is gone, may be claimed again',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      await one.claim('ada', 'm1');
      // Only who has it says what became of it.
      await other.settle('ada', 'm1', 'taken');
      assert.equal(await other.claim('ada', 'm1'), 'pending');
      await one.settle('ada', 'm1', 'failed');
      assert.equal(await other.claim('ada', 'm1'), 'new');
      await one.claim('ada', 'm2');
      other.buries(one);
      assert.equal(await other.claim('ada', 'm2'), 'new');
      await one.settle('ada', 'm2', 'taken');
      await other.settle('ada', 'm2', 'taken');
      assert.equal(await other.claim('ada', 'm2'), 'taken');
    },
  ),
  promise('I12 the last 128 names of messages are remembered', async (bench) => {
    const node = await ContractNode.join(bench);
    const take = async (id: string): Promise<string> => {
      const answer = await node.claim('ada', id);
      if (answer === 'new') await node.settle('ada', id, 'taken');
      return answer;
    };
    for (let count = 1; count <= 128; count += 1) assert.equal(await take(`m${count}`), 'new');
    // That it came again does not make it younger.
    assert.equal(await take('m1'), 'taken');
    assert.equal(await take('m129'), 'new');
    assert.equal(await take('m2'), 'taken');
    assert.equal(await take('m1'), 'new');
    assert.equal(await take('m2'), 'new');
    assert.equal(await take('m4'), 'taken');
  }),
  promise(
    'I5 names of messages are forgotten when none was claimed for a while',
    async (bench) => {
      const node = await ContractNode.join(bench);
      await node.claim('ada', 'm1', shortMs);
      await node.settle('ada', 'm1', 'taken');
      await node.claim('bob', 'm1');
      await node.settle('bob', 'm1', 'taken');
      await bench.advance(shortMs);
      assert.equal(await node.claim('ada', 'm1'), 'new');
      assert.equal(await node.claim('bob', 'm1'), 'taken');
    },
    'moments',
  ),
  promise('a revocation is told to everybody until it is over', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    assert.deepEqual(await one.store.revocations(), []);
    const all = [
      order({ issuedUpTo: 1_800_000_000 }),
      order({ jti: 'token-1' }),
      order({ user: 'bob:{x}', jti: 'größe "\n"' }),
    ];
    for (const each of all) await one.store.revoke(each);
    await one.store.revoke(order({ user: 'old', endsAtMs: 1 }));
    assert.deepEqual(inOrder(await other.store.revocations()), inOrder(all));
  }),
  promise('of two orders about the same tokens the later of each instant holds', async (bench) => {
    const { store } = await ContractNode.join(bench);
    await store.revoke(order({ issuedUpTo: 50, endsAtMs: never - 1 }));
    await store.revoke(order({ issuedUpTo: 40, endsAtMs: never }));
    await store.revoke(order({ issuedUpTo: 30, endsAtMs: 1 }));
    await store.revoke(order({ jti: '', issuedUpTo: 7 }));
    assert.deepEqual(
      inOrder(await store.revocations()),
      inOrder([order({ issuedUpTo: 50 }), order({ jti: '', issuedUpTo: 7 })]),
    );
  }),
];
