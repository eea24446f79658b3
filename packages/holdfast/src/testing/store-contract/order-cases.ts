import assert from 'node:assert/strict';
import type { RevocationOrder } from '../../sessions/store/cluster-store.ts';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode, longMs, shortMs } from './contract-node.ts';

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
    assert.equal(await one.store.takeMessage('ada', 'm1', longMs), true);
    assert.equal(await other.store.takeMessage('ada', 'm1', longMs), false);
    assert.equal(await other.store.takeMessage('ada', 'm2', longMs), true);
    assert.equal(await other.store.takeMessage('bob', 'm1', longMs), true);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, place) =>
        (place % 2 === 0 ? one : other).store.takeMessage('ada', 'm3', longMs),
      ),
    );
    assert.equal(answers.filter(Boolean).length, 1);
  }),
  promise('I12 the last 128 names of messages are remembered', async (bench) => {
    const { store } = await ContractNode.join(bench);
    for (let count = 1; count <= 128; count += 1)
      assert.equal(await store.takeMessage('ada', `m${count}`, longMs), true);
    // That it came again does not make it younger.
    assert.equal(await store.takeMessage('ada', 'm1', longMs), false);
    assert.equal(await store.takeMessage('ada', 'm129', longMs), true);
    assert.equal(await store.takeMessage('ada', 'm2', longMs), false);
    assert.equal(await store.takeMessage('ada', 'm1', longMs), true);
    assert.equal(await store.takeMessage('ada', 'm2', longMs), true);
    assert.equal(await store.takeMessage('ada', 'm4', longMs), false);
  }),
  promise(
    'I5 names of messages are forgotten when none was taken for a while',
    async (bench) => {
      const { store } = await ContractNode.join(bench);
      await store.takeMessage('ada', 'm1', shortMs);
      await store.takeMessage('bob', 'm1', longMs);
      await bench.advance(shortMs);
      assert.equal(await store.takeMessage('ada', 'm1', longMs), true);
      assert.equal(await store.takeMessage('bob', 'm1', longMs), false);
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
