import { describe, expect, test } from 'vitest';
import { memoryOf, offsetsOn } from '../resume/client.ts';
import { framesOn } from '../sessions/house.ts';
import { Ward } from './ward.ts';

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
