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

describe('an event overflows', () => {
  test('FM-79 I4 when it is pushed out while the user is away: the newest are kept, the others are counted once, and the client is told', async () => {
    const ward = new Ward({ historyEvents: 10 });
    ward.critical('u', 15);
    await ward.pass(0);
    expect(ward.receipts).toEqual([1, 2, 3, 4, 5].map((offset) => [offset, 'overflow']));
    expect(ward.lost).toEqual({ overflow: 5 });
    expect(ward.undelivered.map(({ offset, reason }) => [offset, reason])).toEqual(ward.receipts);
    const { socket } = ward.connect('u');
    await ward.pass(100);
    expect(framesOn(socket, 'gap')).toEqual([
      { type: 'gap', reason: 'overflow', epoch: 'n', offset: 5, from: 1, to: 5 },
    ]);
    expect(offsetsOn(socket)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(ward.lost).toEqual({ overflow: 5 });
    expect(ward.receipts).toHaveLength(15);
  });

  test('FM-79 I4 counted once also when nobody ever comes', async () => {
    const ward = new Ward({ historyEvents: 10, resumeWindowMs: 1_000 });
    ward.critical('u', 15);
    ward.layer.publish('u', { event: 'e' });
    await ward.pass(3_000);
    expect(ward.lost).toEqual({ overflow: 6, expired: 10 });
    expect(ward.undelivered).toHaveLength(15);
  });

  test('I4 not while a session it was written to can still confirm it', async () => {
    const ward = new Ward({ historyEvents: 2 });
    const { socket } = ward.connect('u', { roundTripMs: null });
    const [confirmed, unconfirmed] = [ward.wait('u'), ward.wait('u')];
    for (let number = 0; number < 10; number += 1) ward.layer.publish('u', { event: 'e' });
    await ward.pass(1_000);
    expect([confirmed.outcome, unconfirmed.outcome]).toEqual(['waiting', 'waiting']);
    socket.say({ type: 'ack', offset: 1 });
    socket.leave();
    await ward.pass(0);
    expect([confirmed.outcome, unconfirmed.outcome]).toEqual(['delivered', 'overflow']);
    expect(ward.lost).toEqual({ overflow: 1 });
  });

  test('I4 and what a client that comes back is told of it is not counted again', async () => {
    const ward = new Ward({ historyEvents: 10 });
    const { socket } = ward.connect('u', { roundTripMs: null });
    ward.critical('u', 20);
    const memory = memoryOf(socket);
    socket.leave();
    ward.critical('u', 10);
    ward.layer.publish('u', { event: 'e' });
    await ward.pass(0);
    expect(ward.lost).toEqual({ overflow: 21 });
    const back = ward.connect('u', { resume: { ...memory, offset: 0 } });
    await ward.pass(100);
    expect(framesOn(back.socket, 'ready')[0]!['resume']).toEqual({
      outcome: 'gap',
      reason: 'overflow',
      from: 1,
      to: 21,
    });
    expect(ward.lost).toEqual({ overflow: 21 });
    expect(ward.receipts).toHaveLength(30);
  });

  test('when it is larger than the log, or than all logs together: the publisher hears so at once', async () => {
    const ward = new Ward({ historyBytes: 1_024, historyTotalBytes: 1_024 });
    const event = { event: 'e', data: 'x'.repeat(2_000) };
    const large = await ward.layer.publishAndWait('u', event, { waitMs: 1_000 });
    const full = await ward.layer.publishAndWait('u', { event: 'e' }, { waitMs: 1_000 });
    expect([large.outcome, full.outcome]).toEqual(['overflow', 'overflow']);
    await ward.pass(0);
    expect(ward.lost).toEqual({ 'too-large': 1, overflow: 1 });
  });
});

describe('an event expires', () => {
  test('I4 when its ttl is over: nobody is written it any more, and whoever reads past it is told', async () => {
    const ward = new Ward();
    const waiting = ward.wait('u', { ttlMs: 1_000 });
    ward.layer.publish('u', { event: 'e' }, { ttlMs: 2_000 });
    ward.layer.publish('u', { event: 'lasting' });
    await ward.pass(2_500);
    expect(waiting.outcome).toBe('expired');
    expect(ward.lost).toEqual({ expired: 2 });
    const { socket } = ward.connect('u');
    await ward.pass(100);
    expect(socket.frames.slice(1)).toEqual([
      { type: 'gap', reason: 'expired', epoch: 'n', offset: 2, from: 1, to: 2 },
      expect.objectContaining({ type: 'event', offset: 3, event: 'lasting' }),
    ]);
    expect(ward.lost).toEqual({ expired: 2 });
    expect(ward.undelivered.map(({ reason }) => reason)).toEqual(['expired', 'expired']);
  });

  test('at its deadline, before the wheel has turned', () => {
    const ward = new Ward();
    ward.layer.publish('u', { event: 'e' }, { ttlMs: 30 });
    ward.clock.stall(30);
    const { socket } = ward.connect('u');
    expect(framesOn(socket, 'gap')).toMatchObject([{ reason: 'expired', from: 1, to: 1 }]);
    expect(offsetsOn(socket)).toEqual([]);
  });

  test('a session that was suspended with the process is not written what has expired meanwhile', async () => {
    const ward = new Ward();
    const { socket } = ward.connect('u');
    socket.outcome = 'queued';
    ward.layer.publish('u', { event: 'e' });
    ward.layer.publish('u', { event: 'e' }, { ttlMs: 5_000 });
    ward.clock.stall(60_000);
    socket.outcome = 'ok';
    socket.owner.drained();
    await ward.pass(0);
    expect(offsetsOn(socket)).toEqual([1]);
    expect(ward.receipts).toEqual([[2, 'expired']]);
  });

  test('not while a session it was written to in time can still confirm it', async () => {
    const ward = new Ward();
    const [one, other] = ward.fill('u', 2, { roundTripMs: null });
    const [first, second] = [
      ward.wait('u', { ttlMs: 1_000 }),
      ward.wait('u', { ttlMs: 1_000, session: other!.session.id }),
    ];
    await ward.pass(2_000);
    expect([first.outcome, second.outcome]).toEqual(['waiting', 'waiting']);
    one!.socket.say({ type: 'ack', offset: 1 });
    other!.socket.leave();
    await ward.pass(0);
    expect([first.outcome, second.outcome]).toEqual(['delivered', 'expired']);
    expect(ward.lost).toEqual({ expired: 1 });
  });

  test('one that another session has is not written after its ttl either, and that is counted', async () => {
    const ward = new Ward();
    const [quick, slow] = ward.fill('u', 2);
    slow!.socket.outcome = 'queued';
    ward.layer.publish('u', { event: 'e' });
    ward.layer.publish('u', { event: 'e' }, { ttlMs: 1_000 });
    await ward.pass(2_000);
    slow!.socket.outcome = 'ok';
    slow!.socket.owner.drained();
    await ward.pass(0);
    expect([offsetsOn(quick!.socket), offsetsOn(slow!.socket)]).toEqual([[1, 2], [1]]);
    expect(ward.receipts).toEqual([[2, 'delivered']]);
    expect(ward.lost).toEqual({ expired: 1 });
  });

  test('FM-75 when the log ends with the resume window, and each is counted once', async () => {
    const ward = new Ward({ resumeWindowMs: 10_000 });
    const { socket } = ward.connect('u', { roundTripMs: null });
    ward.critical('u', 2);
    socket.leave();
    ward.critical('u', 2);
    ward.layer.publish('u', { event: 'e' });
    await ward.pass(30_000);
    expect(ward.receipts).toEqual([1, 2, 3, 4].map((offset) => [offset, 'expired']));
    expect(ward.lost).toEqual({ expired: 5 });
  });

  test('FM-75 not when the session is reaped: all are delivered to the client that comes back', async () => {
    const ward = new Ward();
    const { socket } = ward.connect('u', { roundTripMs: null });
    const memory = memoryOf(socket);
    ward.critical('u', 4);
    await ward.pass(20_000);
    expect(ward.causes).toEqual(['no-pong']);
    const back = ward.connect('u', { resume: memory });
    await ward.pass(100);
    expect(offsetsOn(back.socket)).toEqual([1, 2, 3, 4]);
    expect(ward.receipts).toEqual([1, 2, 3, 4].map((offset) => [offset, 'delivered']));
    expect(ward.lost).toEqual({});
  });

  test('FM-78 a hundred queued, the socket dies after 37 acknowledged: the others arrive after the return, and every receipt is settled once', async () => {
    const ward = new Ward();
    ward.critical('u', 100);
    const { socket } = ward.connect('u', { roundTripMs: null });
    socket.say({ type: 'ack', offset: 37 });
    const memory = memoryOf(socket);
    socket.drop();
    await ward.pass(0);
    expect(ward.receipts).toHaveLength(37);
    const back = ward.connect('u', { resume: { ...memory, offset: 37 } });
    await ward.pass(100);
    ward.critical('u');
    await ward.pass(100);
    expect(offsetsOn(back.socket)).toEqual(Array.from({ length: 64 }, (_, index) => index + 38));
    expect(ward.receipts).toEqual(
      Array.from({ length: 101 }, (_, index) => [index + 1, 'delivered']),
    );
  });
});
