import { describe, expect, test } from 'vitest';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import type { SendOutcome } from '../../src/sessions/socket.ts';
import { mostAwaited } from '../../src/sessions/awaited-receipts.ts';
import { offsetsOn } from '../resume/client.ts';
import { Ward } from './ward.ts';

/** An engine that calls back while it writes. */
class CallingSocket extends FakeSocket {
  during: (() => void) | null = null;

  override send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome {
    const { during } = this;
    this.during = null;
    during?.();
    return super.send(frames, rest);
  }
}

describe('receipts of hostile clients and engines', () => {
  test.each([
    '2',
    '-1',
    '1.5',
    '1e999',
    '9007199254740992',
    'NaN',
    '"1"',
    'null',
    '[1]',
    undefined,
  ])(
    'D4 an acknowledgement of %s settles nothing, and ends the session that sent it',
    async (offset) => {
      const ward = new Ward();
      const { socket } = ward.connect('u', { roundTripMs: null });
      const waiting = ward.wait('u');
      socket.say(offset === undefined ? '{"type":"ack"}' : `{"type":"ack","offset":${offset}}`);
      await ward.pass(0);
      expect(socket.closes).toEqual([{ code: 4400, reason: '{"r":"bad-frame"}' }]);
      expect([waiting.outcome, ward.receipts]).toEqual(['waiting', []]);
      const back = ward.connect('u', { resume: { epoch: 'n', offset: 0 } });
      await ward.pass(100);
      expect([offsetsOn(back.socket), waiting.outcome]).toEqual([[1], 'delivered']);
    },
  );

  test('D4 acknowledging the same again, or less than before, settles nothing twice', async () => {
    const ward = new Ward();
    const { socket } = ward.connect('u', { roundTripMs: null });
    ward.critical('u', 3);
    for (const offset of [2, 2, 0, 1, 2]) socket.say({ type: 'ack', offset });
    await ward.pass(0);
    expect(ward.receipts).toEqual([
      [1, 'delivered'],
      [2, 'delivered'],
    ]);
    expect(socket.closes).toEqual([]);
  });

  test('an acknowledgement that comes while the event is being written counts only if it was', async () => {
    const ward = new Ward();
    const socket = new CallingSocket(ward.clock, { roundTripMs: null });
    const { session } = ward.connect('u', { socket });
    socket.during = () => {
      socket.say({ type: 'ack', offset: 1 });
      socket.throwing.add('send');
    };
    const waiting = ward.wait('u');
    await ward.pass(0);
    expect([waiting.outcome, session.cursor, session.acked]).toEqual(['waiting', 0, 0]);
    socket.throwing.clear();
    socket.during = () => socket.say({ type: 'ack', offset: 1 });
    socket.owner.drained();
    await ward.pass(0);
    expect([waiting.outcome, offsetsOn(socket)]).toEqual(['delivered', [1]]);
  });

  test('I4 an event that is pushed out while it is being written can still be confirmed', async () => {
    const ward = new Ward({ historyEvents: 1 });
    const socket = new CallingSocket(ward.clock, { roundTripMs: null });
    ward.connect('u', { socket });
    socket.during = () => ward.critical('u', 2);
    ward.critical('u');
    await ward.pass(0);
    expect(ward.receipts).toEqual([]);
    socket.say({ type: 'ack', offset: 3 });
    await ward.pass(0);
    expect(ward.receipts).toEqual([1, 2, 3].map((offset) => [offset, 'delivered']));
  });

  test('a session that ends while it is written to confirms nothing', async () => {
    const ward = new Ward();
    const socket = new CallingSocket(ward.clock, { roundTripMs: null });
    ward.connect('u', { socket });
    socket.during = () => socket.end();
    const waiting = ward.wait('u', { ttlMs: 500 });
    await ward.pass(600);
    expect(waiting.outcome).toBe('expired');
  });

  test('a gap told by an engine that calls back is told once', () => {
    const ward = new Ward({ historyEvents: 2 });
    const socket = new CallingSocket(ward.clock);
    ward.connect('u', { socket });
    socket.outcome = 'queued';
    for (let number = 0; number < 9; number += 1) ward.layer.publish('u', { event: 'e' });
    socket.outcome = 'ok';
    socket.during = () => socket.owner.drained();
    socket.owner.drained();
    expect(ward.told('gapTold')).toHaveLength(1);
    expect(offsetsOn(socket)).toEqual([1, 8, 9]);
  });

  test('I12 a peer that never confirms keeps only so many events waiting for it', async () => {
    const ward = new Ward({ historyEvents: 10, maxUnconfirmedBytes: 1024 ** 3 });
    const { socket } = ward.connect('u', { roundTripMs: null });
    ward.critical('u', mostAwaited + 50);
    await ward.pass(100);
    expect(ward.receipts).toEqual(
      Array.from({ length: 50 }, (_, index) => [index + 1, 'overflow']),
    );
    socket.say({ type: 'ack', offset: mostAwaited + 50 });
    for (let turn = 0; turn < 20; turn += 1) await ward.pass(1);
    expect(ward.receipts.slice(50).every(([, outcome]) => outcome === 'delivered')).toBe(true);
    expect(ward.receipts).toHaveLength(mostAwaited + 50);
  });

  test('I8 an event of one user is never settled by another', async () => {
    const ward = new Ward();
    const mine = ward.connect('u', { roundTripMs: null });
    const other = ward.connect('v', { roundTripMs: null });
    const waiting = ward.wait('u');
    ward.layer.publish('v', { event: 'e' });
    other.socket.say({ type: 'ack', offset: 1 });
    await ward.pass(0);
    expect(waiting.outcome).toBe('waiting');
    mine.socket.say({ type: 'ack', offset: 1 });
    await ward.pass(0);
    expect(waiting.outcome).toBe('delivered');
  });
});
