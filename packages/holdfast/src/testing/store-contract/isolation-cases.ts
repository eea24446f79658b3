import assert from 'node:assert/strict';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode } from './contract-node.ts';

/** Names that have been mistaken for something else somewhere, or for one another. */
const nastyNames: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'ada',
  'Ada',
  'ada ',
  'ada:b',
  'ada:b:c',
  '{x}',
  '{ada}',
  'a}b{c',
  '~x',
  '~',
  '~~',
  '~YQA',
  'a\nb',
  'a\r\nb',
  'a\0b',
  '0',
  '-1',
  '1e3',
  ' ',
  '*',
  '?[a]',
  '%61',
  '%d',
  'a|b',
  'a,b',
  '"a"',
  "'a'",
  '\\',
  '\u00e9',
  'e\u0301',
  '\ufeffada',
  '\ufffd',
  '\ud800',
  '\udc00',
  'a\ud800',
  'a\udfff',
  '\udc00\ud800',
  '😀',
  '😀\ud83d',
  'x'.repeat(256),
  `${'x'.repeat(255)}y`,
  'é'.repeat(128),
  '😀'.repeat(64),
];

/** I8: whatever users, devices, events and messages are called. */
export const isolationCases: readonly StoreContractCase[] = [
  promise('I8 A11 no two users share a slot, whatever they are called', async (bench) => {
    const node = await ContractNode.join(bench);
    const sessions = new Map<string, number>();
    for (const user of nastyNames) {
      const { session, count } = await node.enter(user, { limit: 1 });
      assert.equal(count, 1, JSON.stringify(user));
      sessions.set(user, session);
      await node.refused(user, { limit: 1 });
    }
    for (const user of nastyNames)
      assert.deepEqual(await node.handles(user), [sessions.get(user)], JSON.stringify(user));
    const { slices } = await node.sweepAll(node.generation);
    const named = new Set(slices.flatMap(({ users }) => users));
    assert.deepEqual([...named].toSorted(), nastyNames.toSorted());
    for (const user of nastyNames)
      assert.equal(await node.release(user, sessions.get(user) ?? 0), true, JSON.stringify(user));
  }),
  promise(
    'I8 A11 no two users share a log, a limit or a name of a message, whatever they are called',
    async (bench) => {
      const node = await ContractNode.join(bench);
      for (const [place, user] of nastyNames.entries()) {
        await node.append(user, `to ${place}`, { eventId: 'same', epoch: `e${place}` });
        await node.store.setLimit(user, place + 1);
        assert.equal(await node.claim(user, 'same'), 'new', JSON.stringify(user));
        await node.settle(user, 'same', 'taken');
      }
      for (const [place, user] of nastyNames.entries()) {
        const { entries, record } = await node.read(user);
        assert.deepEqual(
          entries.map(({ entry }) => entry.body),
          [`to ${place}`],
        );
        assert.equal(record?.epoch, `e${place}`);
        assert.equal((await node.state(user)).limit, place + 1);
      }
    },
  ),
  promise(
    'I8 A11 messages and revocations name the user they are about, whatever the name',
    async (bench) => {
      const node = await ContractNode.join(bench);
      for (const user of nastyNames) {
        await node.enter(user);
        await node.append(user, user.isWellFormed() ? user : 'x');
        await node.store.revoke({
          user,
          jti: null,
          issuedUpTo: 1,
          endsAtMs: 8_640_000_000_000_000,
        });
      }
      await bench.settle();
      assert.deepEqual(
        node.heardAll.map((message) => ('user' in message ? message.user : '')).toSorted(),
        nastyNames.toSorted(),
      );
      const orders = await node.store.revocations();
      assert.deepEqual(orders.map(({ user }) => user).toSorted(), nastyNames.toSorted());
    },
  ),
  promise('I8 devices, and names of events, messages and tokens, are any text', async (bench) => {
    const node = await ContractNode.join(bench);
    const far = 8_640_000_000_000_000;
    for (const name of nastyNames) {
      const said = JSON.stringify(name);
      await node.enter('ada', { device: name, limit: 1_000 });
      const { outcome } = await node.append('ada', 'x', {
        eventId: name,
        tracked: { event: name, ttlMs: null },
      });
      assert.equal(outcome, 'appended', said);
      assert.equal((await node.append('ada', 'x', { eventId: name })).outcome, 'repeated', said);
      assert.equal(await node.claim('ada', name), 'new', said);
      await node.settle('ada', name, 'taken');
      assert.equal(await node.claim('ada', name), 'taken', said);
      await node.store.revoke({ user: 'ada', jti: name, issuedUpTo: 1, endsAtMs: far });
    }
    const { rows } = await node.state('ada');
    assert.deepEqual(rows.map(({ device }) => device ?? '').toSorted(), nastyNames.toSorted());
    const { entries } = await node.read('ada');
    assert.deepEqual(
      entries.map(({ entry }) => [entry.eventId, entry.tracked?.event]),
      nastyNames.map((name) => [name, name]),
    );
    const orders = await node.store.revocations();
    assert.deepEqual(orders.map(({ jti }) => jti ?? '').toSorted(), nastyNames.toSorted());
  }),
];
