import { describe, expect, it } from 'vitest';
import { ClientHouse, FakePage, FakeStorage, tokenOf } from './client-house.ts';

/** What the client brings back. */
function queryOf({ socket }: ClientHouse): Record<string, string> {
  return Object.fromEntries(socket.url.searchParams);
}

describe('a client resumes', () => {
  it('with ticket, epoch and offset, and hears of nothing twice', async () => {
    const house = new ClientHouse();
    const first = await house.open();
    first.event(1);
    first.event(2);
    first.end();
    await house.pass();
    expect(queryOf(house)).toEqual({ resume: 't1', epoch: 'e1', offset: '2' });
    house.socket.greet({ offset: 2, resume: { outcome: 'replayed', replayed: 2 }, ticket: 't2' });
    for (const offset of [2, 1, 3, 3, 4]) house.socket.event(offset);
    expect(house.offsets).toEqual([1, 2, 3, 4]);
    expect(house.told('gap')).toEqual([]);
  });

  it('is told a gap, also where `ready` says so', async () => {
    const house = new ClientHouse();
    const first = await house.open();
    first.event(3);
    const gap = { type: 'gap', reason: 'overflow', epoch: 'e1', offset: 9, from: 4, to: 9 };
    first.say(gap);
    first.say(gap);
    first.end();
    await house.pass();
    expect(queryOf(house)).toMatchObject({ offset: '9' });
    house.socket.greet({ epoch: 'e2', offset: 0, resume: { outcome: 'gap', reason: 'epoch' } });
    house.socket.event(1);
    expect(house.told('gap')).toEqual([
      { reason: 'overflow', epoch: 'e1', offset: 9, from: 4, to: 9 },
      { reason: 'epoch', epoch: 'e2', offset: 0 },
    ]);
    expect(house.offsets).toEqual([3, 1]);
  });

  it('goes back where the server says that the place is of another record of the same name', async () => {
    const house = new ClientHouse();
    const first = await house.open({ offset: 50 });
    first.end();
    await house.pass();
    house.socket.greet({ offset: 10, resume: { outcome: 'gap', reason: 'epoch' } });
    house.socket.event(11);
    expect(house.offsets).toEqual([11]);
  });

  it('I4 is told a gap where the server pays no heed to the place that was brought', async () => {
    const house = new ClientHouse();
    const first = await house.open();
    first.event(3);
    first.end();
    await house.pass();
    house.socket.greet({ offset: 3 });
    expect(house.told('gap')).toEqual([]);
    house.socket.end();
    await house.pass(1_000);
    house.socket.greet({ offset: 5 });
    expect(house.told('gap')).toEqual([{ reason: 'expired', epoch: 'e1', offset: 5 }]);
  });

  it('moves on only when the handlers have run, and goes on after one that throws', async () => {
    const storage = new FakeStorage();
    const house = new ClientHouse({ storage });
    const seen: (string | undefined)[] = [];
    const socket = await house.open();
    house.client.on('event', () => {
      seen.push([...storage.values.values()][0]);
      throw new Error('of the application');
    });
    socket.event(1);
    socket.event(2);
    expect(seen).toEqual(['["ann","e1",0,"t1"]', '["ann","e1",1,"t1"]']);
    expect([...storage.values.values()]).toEqual(['["ann","e1",2,"t1"]']);
    expect(house.told('error')).toMatchObject([
      { code: 'handler-failed', cause: { message: 'of the application' } },
      { code: 'handler-failed' },
    ]);
  });

  it('acknowledges what was handled, four times a second at most, and never what was not sent', async () => {
    const house = new ClientHouse();
    const socket = await house.open({ offset: 100 });
    for (let offset = 101; offset <= 400; offset += 1) {
      socket.event(offset);
      if (offset % 30 === 0) house.clock.advance(50);
    }
    await house.pass(1_000);
    const acks = socket.sentOf('ack').map(({ offset }) => Number(offset));
    expect(acks.at(-1)).toBe(400);
    expect(acks.length).toBeLessThan(5);
    socket.end();
    await house.pass(1_000);
    house.socket.greet({ offset: 300, resume: { outcome: 'replayed', replayed: 100 } });
    house.socket.event(301);
    await house.pass(300);
    expect(house.socket.sentOf('ack')).toEqual([{ type: 'ack', offset: 301 }]);
  });
});

describe('an ack', () => {
  it('does not wait for a stream to pause', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    for (let offset = 1; offset <= 20; offset += 1) {
      socket.event(offset);
      await house.pass(100);
    }
    expect(socket.sentOf('ack').length).toBeGreaterThan(5);
  });
});

describe('a client that is reloaded', () => {
  it('reads on where it was; the ticket is written down on leaving only', async () => {
    const storage = new FakeStorage();
    const page = new FakePage();
    const house = new ClientHouse({ storage }, { page });
    const socket = await house.open();
    socket.event(5);
    expect([...storage.values.values()]).toEqual(['["ann","e1",5,null]']);
    page.fire('pagehide');
    expect([...storage.values.values()]).toEqual(['["ann","e1",5,"t1"]']);

    const next = new ClientHouse({ storage }, { page: new FakePage() });
    next.client.connect();
    await next.pass();
    expect(queryOf(next)).toEqual({ resume: 't1', epoch: 'e1', offset: '5' });
    next.socket.greet({ offset: 5, ticket: 't2' });
    expect([...storage.values.values()]).toEqual(['["ann","e1",5,null]']);
  });

  it('takes its own place again when it had left before', async () => {
    const storage = new FakeStorage();
    const house = new ClientHouse({ storage }, { page: new FakePage() });
    (await house.open()).event(5);
    house.client.detach();
    const next = new ClientHouse({ storage }, { page: new FakePage() });
    next.client.connect();
    await next.pass();
    expect(queryOf(next)).toEqual({ resume: 't1', epoch: 'e1', offset: '5' });
  });

  it('brings no ticket where the tab was duplicated, so that both live', async () => {
    const storage = new FakeStorage();
    const house = new ClientHouse({ storage }, { page: new FakePage() });
    (await house.open()).event(5);
    const copy = new FakeStorage();
    for (const [key, value] of storage.values) copy.values.set(key, value);
    const twin = new ClientHouse({ storage: copy }, { page: new FakePage() });
    twin.client.connect();
    await twin.pass();
    expect(queryOf(twin)).toEqual({ epoch: 'e1', offset: '5' });
  });

  it('I8 brings nothing of another user', async () => {
    const storage = new FakeStorage();
    const house = new ClientHouse({ storage, token: tokenOf({ sub: 'ann' }) });
    (await house.open()).event(5);
    const other = new ClientHouse({ storage, token: tokenOf({ sub: 'bob' }) });
    other.client.connect();
    await other.pass();
    expect(queryOf(other)).toEqual({});
  });

  it.each(['', '{', '[]', '["ann","e1",-1,"t"]', '["ann","e1",1.5,null]', '7', '[1,2,3,4]'])(
    'starts anew where the storage holds %j',
    async (text) => {
      const storage = new FakeStorage();
      storage.values.set('holdfast:ws://gateway.test/ws', text);
      const house = new ClientHouse({ storage });
      house.client.connect();
      await house.pass();
      expect(queryOf(house)).toEqual({});
    },
  );

  it('goes on in memory where the storage fails, and says so once', async () => {
    const storage = new FakeStorage();
    storage.error = new Error('full');
    const house = new ClientHouse({ storage });
    const socket = await house.open();
    for (const offset of [1, 2, 3]) socket.event(offset);
    expect(house.told('error')).toMatchObject([{ code: 'storage-failed' }]);
    socket.end();
    await house.pass();
    expect(queryOf(house)).toMatchObject({ offset: '3' });
  });
});
