import { describe, expect, test } from 'vitest';
import { settled } from '../house.ts';
import { entry, record, SeatHouse } from './seat-house.ts';

const undelivered: unknown[] = [];

function seated(options = {}): SeatHouse {
  undelivered.length = 0;
  return new SeatHouse(options, {
    hooks: { onUndelivered: (event) => void undelivered.push(event) },
  });
}

function track(house: SeatHouse, offset: number, ttlMs: number | null = null): void {
  const endsAtMs = ttlMs === null ? null : house.clock.epochMs() + ttlMs;
  house.appended('u', offset, { tracked: { node: 3, event: `x${offset}`, endsAtMs } });
}

describe('a tracked event of another node', () => {
  test('is told as delivered to the node that asked when a session here has confirmed it', async () => {
    const house = seated();
    house.admit('u', { roundTripMs: 20 });
    track(house, 1);
    house.clock.advance(25);
    await settled();
    house.clock.advance(0);
    expect(house.told('receiptSettled')).toEqual([
      { type: 'receiptSettled', user: 'u', epoch: 'e1', offset: 1, outcome: 'delivered', node: 3 },
    ]);
  });

  test('FM-79 is counted as lost by nobody here, nor told to the application', async () => {
    const house = seated({ historyEvents: 1 });
    const { socket } = house.admit('u', { roundTripMs: null });
    socket.outcome = 'queued';
    track(house, 1, 500);
    track(house, 2, 500);
    track(house, 3);
    house.clock.advance(3_000);
    await settled();
    house.clock.advance(0);
    expect(
      house.told('receiptSettled').map(({ offset, outcome, node }) => [offset, outcome, node]),
    ).toEqual([]);
    house.layer.closeUser('u');
    house.clock.advance(10);
    expect(
      house.told('receiptSettled').map(({ offset, outcome, node }) => [offset, outcome, node]),
    ).toEqual([[1, 'expired', 3]]);
    expect(undelivered).toEqual([]);
    expect(house.metrics.lostByReason.get('expired') ?? 0).toBe(0);
  });

  test('FM-75 is written to nobody after its time, by the clock of the store', () => {
    const house = seated();
    house.clock.advance(10_000);
    track(house, 1, 500);
    house.read('u', [0, 0]);
    house.node.mirror.begin('u', {
      epoch: 'e1',
      after: 0,
      delivered: 0,
      entries: [
        {
          body: ',"event":"late","data":null,"time":0}',
          onlyFor: null,
          eventId: null,
          tracked: { node: 3, event: 'late', endsAtMs: house.clock.epochMs() - 1 },
        },
      ],
    });
    const { socket } = house.admit('u', { grant: { record: record(1, { delivered: 0 }) } });
    expect(socket.frames.map(({ type, reason }) => [type, reason])).toEqual([
      ['ready', undefined],
      ['gap', 'expired'],
    ]);
  });

  test('keeps its receipt where the log is read again, and loses it without a word where the log goes', async () => {
    const house = seated({ resumeWindowMs: 5_000 });
    house.admit('u', { roundTripMs: 300, grant: { record: record(4) } });
    track(house, 5);
    house.read('u', [2, 5]);
    house.clock.advance(320);
    await settled();
    expect(house.told('receiptSettled').map(({ offset }) => offset)).toEqual([5]);
    track(house, 6, 60_000);
    house.layer.closeUser('u');
    house.clock.advance(30_000);
    await house.layer.shutdown();
    expect(house.told('receiptSettled').map(({ offset }) => offset)).toEqual([5]);
    expect(house.clock.timerCount).toBe(0);
  });
});

describe('a tracked event whose log is read again', () => {
  test('is told once, whoever confirms it before and after', async () => {
    const house = seated();
    house.admit('u', { roundTripMs: 20, grant: { record: record(4) } });
    const slow = house.admit('u', { roundTripMs: 20, grant: { record: record(4) } });
    slow.socket.outcome = 'queued';
    house.appended('u', 5);
    track(house, 6);
    const tracked = { node: 3, event: 'x6', endsAtMs: null };
    const entries = ['x3', 'x4', 'x5', 'x6'].map((event, index) =>
      entry(event, index === 3 ? { tracked } : {}),
    );
    house.node.mirror.begin('u', { epoch: 'e1', after: 2, delivered: 2, entries });
    house.clock.advance(100);
    slow.socket.outcome = 'ok';
    slow.socket.owner.drained();
    house.clock.advance(100);
    await settled();
    expect(slow.session.cursor).toBe(6);
    expect(house.told('receiptSettled').map(({ offset }) => offset)).toEqual([6]);
  });
});

describe('a tracked event that was published through this node', () => {
  test('is told by its node, and the application hears of one that is lost', () => {
    const house = seated();
    const about = { user: 'u', epoch: 'e1', offset: 1, event: 'x' };
    house.node.tellReceipt({ ...about, outcome: 'delivered' });
    house.node.tellReceipt({ ...about, offset: 2, id: 'a', outcome: 'expired' });
    expect(house.told('receiptSettled')).toEqual([
      { type: 'receiptSettled', user: 'u', epoch: 'e1', offset: 1, outcome: 'delivered' },
      { type: 'receiptSettled', user: 'u', epoch: 'e1', offset: 2, outcome: 'expired' },
    ]);
    expect(undelivered).toEqual([{ ...about, offset: 2, id: 'a', reason: 'expired' }]);
    expect(house.metrics.lostByReason.get('expired')).toBe(1);
  });
});
