import { describe, expect, test } from 'vitest';
import { memoryOf, offsetsOn } from '../resume/client.ts';
import { framesOn } from '../sessions/house.ts';
import { Ward } from './ward.ts';

describe('an event is delivered', () => {
  test('I4 when the session it was written to acknowledges it, or anything after it', async () => {
    const ward = new Ward();
    const { socket } = ward.connect('u', { roundTripMs: null });
    const [first, second] = [ward.wait('u'), ward.wait('u')];
    await ward.pass(1_000);
    expect([first.outcome, second.outcome]).toEqual(['waiting', 'waiting']);
    socket.say({ type: 'ack', offset: 1 });
    await ward.pass(0);
    expect([first.outcome, second.outcome]).toEqual(['delivered', 'waiting']);
    socket.say({ type: 'ack', offset: 2 });
    await ward.pass(0);
    expect(second.outcome).toBe('delivered');
    expect(ward.receipts).toEqual([
      [1, 'delivered'],
      [2, 'delivered'],
    ]);
  });

  test('when the ping that follows it at once is answered, so that a plain client confirms within a round trip', async () => {
    const ward = new Ward();
    const { socket } = ward.connect('u', { roundTripMs: 40 });
    await ward.pass(100);
    const pings = socket.pings;
    const waiting = ward.wait('u');
    ward.critical('u', 3);
    expect(socket.pings).toBe(pings + 1);
    await ward.pass(50);
    expect(waiting.outcome).toBe('delivered');
    await ward.pass(100);
    expect(ward.receipts).toHaveLength(4);
    expect(socket.pings).toBe(pings + 2);
  });

  test('not by the answer to a ping that was written before it', async () => {
    const ward = new Ward();
    const { session, socket } = ward.connect('u', { roundTripMs: null });
    ward.critical('u');
    const mark = session.pingMark;
    const waiting = ward.wait('u');
    socket.owner.ponged(mark);
    await ward.pass(0);
    expect([waiting.outcome, ward.receipts]).toEqual(['waiting', [[1, 'delivered']]]);
  });

  test('not by a session that was opened after it was written to another one', async () => {
    const ward = new Ward();
    const first = ward.connect('u');
    first.socket.isFrozen = true;
    const waiting = ward.wait('u');
    const second = ward.connect('u');
    await ward.pass(1_000);
    second.socket.say({ type: 'ack', offset: 1 });
    ward.critical('u');
    await ward.pass(1_000);
    expect(offsetsOn(second.socket)).toEqual([2]);
    expect([waiting.outcome, ward.receipts]).toEqual(['waiting', [[2, 'delivered']]]);
    first.socket.thaw();
    await ward.pass(100);
    expect(waiting.outcome).toBe('delivered');
  });

  test('not by a session that was told a gap over it', async () => {
    const ward = new Ward({ historyEvents: 4 });
    const [frozen, slow] = ward.fill('u', 2);
    frozen!.socket.isFrozen = true;
    slow!.socket.outcome = 'queued';
    ward.layer.publish('u', { event: 'e' });
    const waiting = ward.wait('u');
    for (let number = 0; number < 9; number += 1) ward.layer.publish('u', { event: 'e' });
    slow!.socket.outcome = 'ok';
    slow!.socket.owner.drained();
    expect(framesOn(slow!.socket, 'gap')).toHaveLength(1);
    slow!.socket.say({ type: 'ack', offset: 11 });
    await ward.pass(500);
    expect(waiting.outcome).toBe('waiting');
    frozen!.socket.say({ type: 'ack', offset: 2 });
    await ward.pass(0);
    expect(waiting.outcome).toBe('delivered');
  });

  test('for one session, only by that session and those that resume from it', async () => {
    const ward = new Ward();
    const [mine, other] = ward.fill('u', 2);
    mine!.socket.isFrozen = true;
    const waiting = ward.wait('u', { session: mine!.session.id });
    ward.layer.publish('u', { event: 'e' });
    await ward.pass(1_000);
    other!.socket.say({ type: 'ack', offset: 2 });
    await ward.pass(0);
    expect(waiting.outcome).toBe('waiting');
    const { ticket, epoch } = memoryOf(mine!.socket);
    ward.connect('u', { resume: { ticket, epoch, offset: 0 } });
    await ward.pass(100);
    expect(waiting.outcome).toBe('delivered');
  });

  test('FM-77 never while every write fails; with one of three sockets at work it is', async () => {
    const ward = new Ward();
    const three = ward.fill('u', 3);
    await ward.pass(100);
    for (const { socket } of three) socket.throwing.add('send');
    const [short, long] = [ward.wait('u', { waitMs: 500 }), ward.wait('u')];
    await ward.pass(1_000);
    expect([short.outcome, long.outcome, ward.receipts]).toEqual(['queued', 'waiting', []]);
    expect(ward.faultsOf('socket')).toBeGreaterThanOrEqual(3);
    three[1]!.socket.throwing.clear();
    ward.critical('u');
    await ward.pass(100);
    expect([short.outcome, long.outcome]).toEqual(['queued', 'delivered']);
    expect(ward.receipts).toEqual([1, 2, 3].map((offset) => [offset, 'delivered']));
  });

  test('to a client that comes back with a ticket and a position at it, also when its session is over', async () => {
    const ward = new Ward();
    const { socket } = ward.connect('u', { roundTripMs: null });
    const waiting = [ward.wait('u'), ward.wait('u'), ward.wait('u')];
    const memory = memoryOf(socket);
    socket.leave();
    await ward.pass(100);
    const back = ward.connect('u', { roundTripMs: null, resume: { ...memory, offset: 2 } });
    await ward.pass(100);
    expect(waiting.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'waiting']);
    expect(offsetsOn(back.socket)).toEqual([3]);
  });

  test('also when it has been pushed out meanwhile, while the old session still seems to be there', async () => {
    const ward = new Ward({ historyEvents: 2 });
    const { socket } = ward.connect('u', { roundTripMs: null });
    ward.critical('u', 4);
    ward.connect('u', { roundTripMs: null, resume: { ...memoryOf(socket), offset: 3 } });
    await ward.pass(0);
    expect(ward.receipts).toEqual([
      [1, 'delivered'],
      [2, 'delivered'],
      [3, 'delivered'],
    ]);
  });

  test('not by a position without a good ticket: it does not say which client has been there', async () => {
    const ward = new Ward();
    const { socket } = ward.connect('u', { roundTripMs: null });
    const waiting = ward.wait('u');
    const { epoch, ticket } = memoryOf(socket);
    socket.leave();
    for (const resume of [
      { epoch, offset: 1 },
      { epoch, offset: 1, ticket: `${ticket}x` },
      { epoch: 'another', offset: 1, ticket },
      { epoch, offset: 2, ticket },
    ])
      ward.connect('u', { roundTripMs: null, resume }).socket.leave();
    await ward.pass(0);
    expect([waiting.outcome, ward.receipts]).toEqual(['waiting', []]);
  });

  test('not by the position of a client that has come back with its ticket alone, and began after it', async () => {
    const ward = new Ward();
    const { socket } = ward.connect('u', { roundTripMs: null });
    const waiting = ward.wait('u');
    const { ticket } = memoryOf(socket);
    socket.leave();
    const second = ward.connect('u', { roundTripMs: null, resume: { ticket } });
    expect(offsetsOn(second.socket)).toEqual([]);
    const memory = memoryOf(second.socket);
    second.socket.leave();
    ward.connect('u', { roundTripMs: null, resume: memory });
    await ward.pass(0);
    expect([memory.offset, waiting.outcome]).toEqual([1, 'waiting']);
  });

  test('not by one who came back with an older ticket than it was written by, nor by whoever comes after that one', async () => {
    const ward = new Ward();
    const other = ward.connect('u', { roundTripMs: null });
    const waiting = ward.wait('u');
    const began = memoryOf(ward.connect('u', { roundTripMs: null }).socket);
    other.socket.leave();
    const lost = { ...began, epoch: 'another' };
    const copy = ward.connect('u', { roundTripMs: null, resume: lost });
    expect(offsetsOn(copy.socket)).toEqual([1]);
    const back = ward.connect('u', { roundTripMs: null, resume: began });
    ward.connect('u', { roundTripMs: null, resume: memoryOf(back.socket) });
    await ward.pass(0);
    expect([began.offset, waiting.outcome]).toEqual([1, 'waiting']);
  });
});
