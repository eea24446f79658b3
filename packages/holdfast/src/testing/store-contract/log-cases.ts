import assert from 'node:assert/strict';
import { promise, type StoreContractCase } from './bench.ts';
import { ContractNode, longMs, roomy, shortMs } from './contract-node.ts';

/** The log of a user: order, bounds, names, and where it is read. */
export const logCases: readonly StoreContractCase[] = [
  promise('offsets rise by one in the order of appends, over all nodes', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    for (let offset = 1; offset <= 6; offset += 1) {
      const node = offset % 2 === 0 ? one : other;
      const answer = await node.append('ada', `event ${offset}`);
      assert.deepEqual([answer.outcome, answer.offset, answer.sessions], ['appended', offset, 0]);
      assert.equal(answer.epoch, `epoch-${other.generation}`);
    }
    const { record, entries } = await one.read('ada');
    assert.deepEqual(record, {
      epoch: `epoch-${other.generation}`,
      last: 6,
      first: 1,
      delivered: 0,
    });
    assert.deepEqual(
      entries.map(({ offset, entry }) => [offset, entry.body]),
      Array.from({ length: 6 }, (_, place) => [place + 1, `event ${place + 1}`]),
    );
  }),
  promise('appends of one instant have one order, and no two the same offset', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, place) =>
        (place % 2 === 0 ? one : other).append('ada', `${place}`),
      ),
    );
    const offsets = answers.map(({ offset }) => offset);
    assert.deepEqual(
      offsets.toSorted((a, b) => a - b),
      Array.from({ length: 30 }, (_, place) => place + 1),
    );
    const { entries } = await one.read('ada');
    for (const { offset, entry } of entries)
      assert.equal(offsets[Number(entry.body)], offset, `event ${entry.body}`);
  }),
  promise(
    'an entry comes back as it was given, with what its publisher wants to know',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const body = '{"e":"größe ✓ \\u0000 \\"x\\" 😀","n":[1,2.5,null]}';
      await node.append('ada', body, { onlyFor: Number.MAX_SAFE_INTEGER, eventId: 'id' });
      await node.append('ada', '', { tracked: { event: 'event-1', ttlMs: null } });
      await node.append('ada', 'x', { tracked: { event: 'event-2', ttlMs: longMs } });
      const [first, second, third] = (await node.read('ada')).entries.map(({ entry }) => entry);
      assert.deepEqual(first, {
        body,
        onlyFor: Number.MAX_SAFE_INTEGER,
        eventId: 'id',
        tracked: null,
      });
      const { generation } = node;
      assert.deepEqual(second, {
        body: '',
        onlyFor: null,
        eventId: null,
        tracked: { node: generation, event: 'event-1', endsAtMs: null },
      });
      assert.deepEqual([third?.tracked?.node, third?.tracked?.event], [generation, 'event-2']);
      const entered = await node.enter('ada');
      const { rows } = await node.state('ada');
      assert.equal(rows[0]?.session, entered.session);
      // By one clock, which is that of the rows.
      const leftMs = (third?.tracked?.endsAtMs ?? 0) - (rows[0]?.openedAtMs ?? 0);
      assert.ok(leftMs > longMs - 30_000 && leftMs <= longMs, `${leftMs}`);
    },
  ),
  promise('an event of a name that is in the log is not appended again', async (bench) => {
    const [one, other] = [await ContractNode.join(bench), await ContractNode.join(bench)];
    await one.enter('ada');
    await one.append('ada', 'first', { eventId: 'a' });
    await one.append('ada', 'second', { eventId: 'b' });
    const again = await other.append('ada', 'third', { eventId: 'a' });
    assert.deepEqual([again.outcome, again.offset, again.sessions], ['repeated', 1, 1]);
    assert.equal((await one.read('ada')).record?.last, 2);
    await bench.settle();
    assert.equal(one.heardAll.length, 2);
    assert.equal((await other.append('bob', 'x', { eventId: 'a' })).outcome, 'appended');
  }),
  promise('the name of an event that has left the log is free again', async (bench) => {
    const node = await ContractNode.join(bench);
    const terms = { ...roomy, events: 2 };
    await node.append('ada', '1', { eventId: 'a', terms });
    await node.append('ada', '2', { terms });
    assert.equal((await node.append('ada', '3', { eventId: 'a', terms })).outcome, 'repeated');
    await node.append('ada', '3', { terms });
    const again = await node.append('ada', '4', { eventId: 'a', terms });
    assert.deepEqual([again.outcome, again.offset], ['appended', 4]);
    const more = await node.append('ada', '5', { eventId: 'a', terms });
    assert.deepEqual([more.outcome, more.offset], ['repeated', 4]);
  }),
  promise('I12 a log holds so many events, the newest', async (bench) => {
    const node = await ContractNode.join(bench);
    const terms = { ...roomy, events: 3 };
    for (let offset = 1; offset <= 5; offset += 1) await node.append('ada', `${offset}`, { terms });
    const { record, entries } = await node.read('ada');
    assert.deepEqual([record?.first, record?.last], [3, 5]);
    assert.deepEqual(
      entries.map(({ entry }) => entry.body),
      ['3', '4', '5'],
    );
    await node.append('ada', '6', { terms: { ...roomy, events: 1 } });
    assert.deepEqual(
      (await node.read('ada')).entries.map(({ entry }) => entry.body),
      ['6'],
    );
  }),
  promise('I12 a log holds so many bytes of bodies in UTF-8, the newest', async (bench) => {
    const node = await ContractNode.join(bench);
    const terms = { ...roomy, bytes: 10 };
    await node.append('ada', 'aaaa', { terms });
    await node.append('ada', 'ééé', { terms });
    assert.equal((await node.read('ada')).entries.length, 2);
    await node.append('ada', 'b', { terms });
    const { record, entries } = await node.read('ada');
    assert.deepEqual([record?.first, record?.last], [2, 3]);
    assert.deepEqual(
      entries.map(({ entry }) => entry.body),
      ['ééé', 'b'],
    );
    await node.append('ada', '0123456789', { terms });
    assert.deepEqual(
      (await node.read('ada')).entries.map(({ offset }) => offset),
      [4],
    );
  }),
  promise('what is larger than the log changes nothing', async (bench) => {
    const node = await ContractNode.join(bench);
    const terms = { ...roomy, bytes: 10 };
    const none = await node.append('ada', '0123456789a', { terms });
    assert.deepEqual(none, {
      outcome: 'overflow',
      epoch: `epoch-${node.generation}`,
      offset: 0,
      sessions: 0,
    });
    assert.equal((await node.state('ada')).record, null);
    await node.enter('ada');
    await node.append('ada', '0123', { terms });
    const over = await node.append('ada', '0123456789a', { terms, eventId: 'a', epoch: 'other' });
    assert.deepEqual(over, {
      outcome: 'overflow',
      epoch: `epoch-${node.generation}`,
      offset: 1,
      sessions: 1,
    });
    assert.equal((await node.append('ada', '0', { terms, eventId: 'a' })).offset, 2);
    await bench.settle();
    assert.equal(node.heardAll.length, 2);
  }),
  promise(
    'a read gives what comes after an offset, so many, in order and without holes',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const terms = { ...roomy, events: 5 };
      for (let offset = 1; offset <= 8; offset += 1)
        await node.append('ada', `${offset}`, { terms });
      const offsets = async (after: number, most: number): Promise<number[]> =>
        (await node.read('ada', after, most)).entries.map(({ offset }) => offset);
      assert.deepEqual(await offsets(5, 2), [6, 7]);
      assert.deepEqual(await offsets(6, 100), [7, 8]);
      assert.deepEqual(await offsets(0, 100), [4, 5, 6, 7, 8]);
      assert.deepEqual(await offsets(1, 2), [4, 5]);
      assert.deepEqual(await offsets(8, 100), []);
      assert.deepEqual(await offsets(99, 100), []);
      assert.equal((await node.read('ada', 99)).record?.last, 8);
    },
  ),
  promise(
    'an event counts as delivered where a node holds a session, not where one is reserved',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const first = await node.enter('ada');
      assert.equal((await node.append('ada', '1')).sessions, 1);
      assert.equal((await node.state('ada')).record?.delivered, 1);
      await node.reserve('ada', first.session);
      assert.equal((await node.append('ada', '2')).sessions, 0);
      const second = await node.enter('ada');
      assert.deepEqual([second.record.last, second.record.delivered], [2, 1]);
    },
  ),
  promise(
    'I4 what waits for a user who was away is not passed over by what comes once somebody is there',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const reached = async (): Promise<number | undefined> =>
        (await node.state('ada')).record?.delivered;
      for (const body of ['1', '2']) await node.append('ada', body);
      const { record } = await node.enter('ada');
      assert.equal(record.delivered, 0);
      assert.equal((await node.append('ada', '3')).sessions, 1);
      assert.equal(await reached(), 0);
      const { epoch } = record;
      await node.store.delivered({ user: 'ada', position: { epoch, offset: 1 } });
      assert.equal(await reached(), 1);
      await node.store.delivered({ user: 'ada', position: { epoch, offset: 2 } });
      assert.equal(await reached(), 3);
      await node.append('ada', '4');
      assert.equal(await reached(), 4);
    },
  ),
  promise('what was delivered only rises, within the record and up to its end', async (bench) => {
    const node = await ContractNode.join(bench);
    const epoch = `epoch-${node.generation}`;
    const delivered = async (offset: number, name = epoch): Promise<number | undefined> => {
      await node.store.delivered({ user: 'ada', position: { epoch: name, offset } });
      return (await node.state('ada')).record?.delivered;
    };
    assert.equal(await delivered(1), undefined);
    for (let count = 1; count <= 4; count += 1) await node.append('ada', `${count}`);
    assert.equal(await delivered(2), 2);
    assert.equal(await delivered(1), 2);
    assert.equal(await delivered(4, 'other'), 2);
    assert.equal(await delivered(9), 4);
  }),
  promise(
    'I5 the record of a user who is away is forgotten, and the next one has an epoch of its own',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const terms = { ...roomy, keepMs: shortMs };
      await node.append('ada', '1', { epoch: 'first', terms, eventId: 'a' });
      await bench.advance(shortMs);
      assert.deepEqual(await node.read('ada'), { record: null, entries: [] });
      assert.deepEqual(await node.state('ada'), { rows: [], limit: null, record: null });
      const again = await node.append('ada', '2', { epoch: 'second', eventId: 'a' });
      assert.deepEqual([again.outcome, again.epoch, again.offset], ['appended', 'second', 1]);
      const { entries } = await node.read('ada');
      assert.deepEqual(
        entries.map(({ entry }) => entry.body),
        ['2'],
      );
    },
    'moments',
  ),
  promise(
    'the record of a user stays while a node holds a session, and goes some time after the last',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const terms = { ...roomy, keepMs: shortMs };
      const { session } = await node.enter('ada', { epoch: 'first', terms });
      await node.append('ada', '1', { terms });
      await bench.advance(2 * shortMs);
      assert.equal((await node.read('ada')).entries.length, 1);
      await node.release('ada', session, { keepMs: shortMs, isRevoked: true });
      await bench.advance(shortMs);
      assert.equal((await node.state('ada')).record, null);
      const next = await node.enter('ada', { epoch: 'second' });
      assert.deepEqual(next.record, { epoch: 'second', last: 0, first: 1, delivered: 0 });
    },
    'moments',
  ),
  promise(
    'a record is kept for its keepMs after a release, and longer where a slot is reserved',
    async (bench) => {
      const node = await ContractNode.join(bench);
      const terms = { ...roomy, keepMs: shortMs };
      const { session } = await node.enter('ada', { epoch: 'first', terms });
      const other = await node.enter('bob', { epoch: 'first', terms });
      await node.release('ada', session, { keepMs: longMs });
      await node.reserve('bob', other.session, { forMs: longMs, keepMs: shortMs });
      await bench.advance(2 * shortMs);
      assert.equal((await node.state('ada')).record?.epoch, 'first');
      assert.equal((await node.state('bob')).record?.epoch, 'first');
      assert.equal((await node.handles('bob')).length, 1);
    },
    'moments',
  ),
  promise(
    'a record is forgotten after the sweep that takes the last row out',
    async (bench) => {
      const [dead, node] = [await ContractNode.join(bench), await ContractNode.join(bench)];
      await dead.enter('ada', { terms: { ...roomy, keepMs: shortMs } });
      await bench.advance(2 * shortMs);
      node.buries(dead);
      assert.notEqual((await node.state('ada')).record, null);
      await node.sweepAll(dead.generation);
      await bench.advance(shortMs);
      assert.equal((await node.state('ada')).record, null);
    },
    'moments',
  ),
];
