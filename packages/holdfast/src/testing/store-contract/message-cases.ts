import assert from 'node:assert/strict';
import type { StoreMessage } from '../../sessions/store/cluster-store.ts';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode, roomy } from './contract-node.ts';

const bodiesOf = (messages: readonly StoreMessage[]): string[] =>
  messages.flatMap((message) => (message.type === 'appended' ? [message.entry.body] : []));

/** What nodes hear, in which order, and how often. */
export const messageCases: readonly StoreContractCase[] = [
  promise('every node that holds a row hears of an event once, and no other', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const away = await ContractNode.join(bench);
    await one.enter('ada', { epoch: 'first' });
    await one.enter('ada');
    await other.enter('ada');
    await away.enter('bob');
    const { sessions } = await away.append('ada', 'x', { onlyFor: 7, eventId: 'a' });
    assert.equal(sessions, 3);
    await bench.settle();
    const entry = { body: 'x', onlyFor: 7, eventId: 'a', tracked: null };
    const message = { type: 'appended', user: 'ada', epoch: 'first', offset: 1, entry, atMs: 0 };
    assert.deepEqual([one.heardAll, other.heardAll, away.heardAll], [[message], [message], []]);
  }),
  promise('what is heard and what is read is the same', async (bench) => {
    const node = await ContractNode.join(bench);
    await node.enter('ada');
    await node.append('ada', 'é😀', { tracked: { event: 'e', ttlMs: 1_000 } });
    await bench.settle();
    const [message] = node.heardAll;
    const [read] = (await node.read('ada')).entries;
    assert.ok(message?.type === 'appended');
    assert.deepEqual({ offset: message.offset, entry: message.entry }, read);
  }),
  promise(
    'events of one user are heard in the order of their offsets, whoever appends',
    async (bench) => {
      const nodes = [await ContractNode.join(bench), await ContractNode.join(bench)];
      for (const node of nodes) await node.enter('ada', { limit: 5 });
      await Promise.all(
        Array.from({ length: 100 }, (_, place) =>
          (nodes[place % 2] as ContractNode).append('ada', `${place}`),
        ),
      );
      await bench.settle();
      const { entries } = await (nodes[0] as ContractNode).read('ada');
      for (const { heardAll } of nodes) {
        assert.deepEqual(
          heardAll.map((message) => (message.type === 'appended' ? message.offset : 0)),
          Array.from({ length: 100 }, (_, place) => place + 1),
        );
        assert.deepEqual(
          bodiesOf(heardAll),
          entries.map(({ entry }) => entry.body),
        );
      }
    },
  ),
  promise(
    'events, the end of a session and free slots are heard in the order in which they happened',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const first = await one.enter('ada', { limit: 2, epoch: 'e' });
      const second = await other.enter('ada', { limit: 2 });
      await one.append('ada', 'before');
      await one.refused('ada', { limit: 2, isWaiting: true });
      const ticket = { lineage: first.session, predecessor: first.session };
      const third = await other.enter('ada', { limit: 2, ticket });
      await other.append('ada', 'unheard');
      await other.release('ada', second.session);
      await one.enter('ada', { limit: 2 });
      await other.append('ada', 'after');
      await other.release('ada', third.session);
      await bench.settle();
      assert.deepEqual(
        one.heardAll.map((message) =>
          message.type === 'appended' ? message.entry.body : message.type,
        ),
        ['before', 'replaced', 'freed', 'after'],
      );
    },
  ),
  promise('a node whose session is gone hears no more of its user', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const first = await one.enter('ada');
    const second = await other.enter('ada');
    await one.release('ada', first.session);
    await other.append('ada', '1');
    await other.reserve('ada', second.session);
    await one.append('ada', '2');
    await bench.settle();
    assert.deepEqual([bodiesOf(one.heardAll), bodiesOf(other.heardAll)], [[], ['1']]);
  }),
  promise('a broadcast is appended once for each user', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await one.enter('ada');
    const number = await one.store.nextBroadcast();
    assert.equal(number, 1);
    assert.equal(await other.store.nextBroadcast(), 2);
    assert.equal((await one.append('ada', 'x', { broadcast: 1 })).outcome, 'appended');
    await one.append('ada', 'y');
    const again = await other.append('ada', 'x', { broadcast: 1 });
    assert.deepEqual([again.outcome, again.offset], ['repeated', 2]);
    assert.equal((await other.append('bob', 'x', { broadcast: 1 })).outcome, 'appended');
    await bench.settle();
    assert.deepEqual(bodiesOf(one.heardAll), ['x', 'y']);
  }),
  promise('a broadcast that comes after a later one is appended all the same', async (bench) => {
    const node = await ContractNode.join(bench);
    await node.enter('ada');
    for (const broadcast of [3, 1, 3, 2, 1, 2, 4])
      await node.append('ada', `${broadcast}`, { broadcast });
    await bench.settle();
    assert.deepEqual(bodiesOf(node.heardAll), ['3', '1', '2', '4']);
  }),
  promise(
    'I4 who comes back is told how many broadcasts it missed, once, and they are not sent on',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const first = await node.enter('ada');
      assert.equal(first.missedBroadcasts, 0);
      await node.append('ada', '1', { broadcast: 1 });
      await node.append('ada', '3', { broadcast: 3 });
      await node.release('ada', first.session);
      node.broadcasts = 5;
      assert.equal((await node.enter('ada')).missedBroadcasts, 3);
      assert.equal((await node.enter('ada')).missedBroadcasts, 0);
      assert.equal((await node.append('ada', '5', { broadcast: 5 })).outcome, 'repeated');
      assert.equal((await node.append('ada', '2', { broadcast: 2 })).outcome, 'repeated');
      assert.equal((await node.append('ada', '6', { broadcast: 6 })).outcome, 'appended');
    },
  ),
  promise('who is there misses no broadcast that is still on its way', async (bench) => {
    const node = await ContractNode.join(bench);
    await node.enter('ada');
    node.broadcasts = 1;
    assert.equal((await node.enter('ada')).missedBroadcasts, 0);
    assert.equal((await node.append('ada', '1', { broadcast: 1 })).outcome, 'appended');
  }),
  promise('who has a reserved slot only, or one at a dead node, is away', async (bench) => {
    const [dead, node] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const { session } = await node.enter('ada');
    await node.reserve('ada', session);
    await dead.enter('bob');
    node.buries(dead);
    node.broadcasts = 2;
    assert.equal((await node.enter('ada')).missedBroadcasts, 2);
    assert.equal((await node.enter('bob')).missedBroadcasts, 2);
  }),
  promise('whose record begins has missed no broadcast before it', async (bench) => {
    const node = await ContractNode.join(bench);
    node.broadcasts = 9;
    assert.equal((await node.enter('ada')).missedBroadcasts, 0);
    await node.append('bob', 'x', { terms: roomy });
    await node.assertRows('eve', []);
    await node.restart('kim', 'lost', 'new');
    node.broadcasts = 10;
    for (const user of ['bob', 'eve', 'kim'])
      assert.equal((await node.enter(user)).missedBroadcasts, 1, user);
  }),
  promise(
    'words are handed to another node, and it is known when nobody hears them',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      const text = '{"to":"größe 😀\\n"}';
      assert.equal(await one.store.post(other.generation, one.generation, text), true);
      assert.equal(await one.store.post(other.generation, one.generation, 'second'), true);
      assert.equal(await one.store.post(one.generation, one.generation, 'to itself'), true);
      assert.equal(await one.store.post(one.generation + 1_000, one.generation, 'x'), false);
      await bench.settle();
      assert.deepEqual(other.heardAll, [
        { type: 'posted', from: one.generation, text },
        { type: 'posted', from: one.generation, text: 'second' },
      ]);
      assert.equal(one.heardAll.length, 1);
    },
  ),
  promise(
    'a listener is connected when it listens, and another generation takes the place of the former',
    async (bench) => {
      const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      assert.equal(one.connectedTimes, 1);
      const next = await one.store.takeGeneration();
      await one.store.listen(next, one);
      assert.equal(one.connectedTimes, 2);
      assert.equal(await other.store.post(next, 1, 'new'), true);
      await other.store.post(one.generation, 1, 'old');
      await bench.settle();
      assert.deepEqual(one.heardAll, [{ type: 'posted', from: 1, text: 'new' }]);
    },
  ),
  promise('a store that is closed is heard no more, and rejects', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await one.enter('ada');
    await one.store.close();
    await other.append('ada', 'x');
    await bench.settle();
    assert.deepEqual(one.heardAll, []);
    await assert.rejects(one.read('ada'));
    assert.deepEqual((await other.handles('ada')).length, 1);
  }),
];
