import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { House, settled } from '../sessions/house.ts';
import { Ward } from './ward.ts';

describe('whoever waits for an event', () => {
  test('is answered queued when the time is up, and the event is tracked on', async () => {
    const ward = new Ward();
    const [none, some] = [ward.wait('u', { waitMs: 0 }), ward.wait('u', { waitMs: 300 })];
    await ward.pass(0);
    expect([none.outcome, some.outcome]).toEqual(['queued', 'waiting']);
    await ward.pass(400);
    expect(some).toEqual({ outcome: 'queued', offset: 2 });
    ward.connect('u');
    await ward.pass(100);
    expect(ward.receipts).toHaveLength(2);
  });

  test('is answered as publish answers, with what became of the event', async () => {
    const ward = new Ward();
    ward.connect('u');
    const answer = ward.layer.publishAndWait('u', { event: 'e' }, { waitMs: 1_000 });
    ward.clock.advance(100);
    expect(await answer).toEqual({ epoch: 'n', offset: 1, sessions: 1, outcome: 'delivered' });
  });

  test('for one of the same id joins the receipt there is, also one that is settled', async () => {
    const ward = new Ward();
    const first = ward.wait('u', { id: 'a' });
    const second = ward.wait('u', { id: 'a' });
    expect(ward.layer.publish('u', { event: 'e' }, { id: 'a' }).outcome).toBe('queued');
    ward.connect('u');
    await ward.pass(100);
    const third = ward.wait('u', { id: 'a' });
    await ward.pass(0);
    const delivered = { outcome: 'delivered', offset: 1 };
    expect([first, second, third]).toEqual([delivered, delivered, delivered]);
    expect(ward.receipts).toEqual([[1, 'delivered']]);
  });

  test('I4 is told overflow of the place the event had, where a listener pushes it out before the call returns', async () => {
    const ward = new Ward({ historyEvents: 1 });
    let isPushing = true;
    ward.layer.subscribe(({ type }) => {
      if (type !== 'published' || !isPushing) return;
      isPushing = false;
      ward.layer.publish('u', { event: 'newer' });
    });
    const first = ward.wait('u', { id: 'a' });
    const again = ward.layer.publish('u', { event: 'e' }, { id: 'a' });
    await ward.pass(0);
    expect(first).toEqual({ outcome: 'overflow', offset: 1 });
    expect(again).toMatchObject({ outcome: 'queued', offset: 3 });
    expect(ward.receipts).toEqual([[1, 'overflow']]);
  });

  test('for one of the same id that was not tracked is answered queued at once', async () => {
    const ward = new Ward();
    ward.layer.publish('u', { event: 'e' }, { id: 'a' });
    const waiting = ward.wait('u', { id: 'a' });
    await ward.pass(0);
    expect(waiting).toEqual({ outcome: 'queued', offset: 1 });
  });

  test('for one of the same id hears that it has expired, while it is in the log', async () => {
    const ward = new Ward();
    ward.layer.publish('u', { event: 'e' }, { id: 'a', ttlMs: 100 });
    await ward.pass(200);
    const waiting = ward.wait('u', { id: 'a' });
    await ward.pass(0);
    expect(waiting).toEqual({ outcome: 'expired', offset: 1 });
  });

  test('may leave, and with that waits for nothing any more', async () => {
    const ward = new Ward();
    const leaving = new AbortController();
    const [stays, leaves, late] = [
      ward.wait('u', { id: 'a' }),
      ward.wait('u', { id: 'a', signal: leaving.signal }),
      ward.wait('u', { id: 'a', signal: AbortSignal.abort() }),
    ];
    leaving.abort();
    await ward.pass(0);
    expect([stays.outcome, leaves.outcome, late.outcome]).toEqual(['waiting', 'queued', 'queued']);
    ward.connect('u');
    await ward.pass(100);
    leaving.abort();
    expect(stays.outcome).toBe('delivered');
  });

  test('I5 leaves nothing behind: no timer and no listener, however the wait ends', async () => {
    const clock = new ManualClock();
    const layer = new SessionLayer({ resumeWindowMs: 1_000 }, { clock, node: 'n' });
    const heard = new Set<unknown>();
    const signal = new AbortController().signal;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>): void => {
      heard.add(given[1]);
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>): void => {
      heard.delete(given[1]);
      remove(...given);
    };
    const outcomes: string[] = [];
    for (const waitMs of [0, 100, 60_000])
      void layer
        .publishAndWait('u', { event: 'e' }, { waitMs, signal, ttlMs: 7 * 24 * 3_600_000 })
        .then(({ outcome }) => outcomes.push(outcome));
    expect(heard.size).toBe(2);
    clock.advance(3_000);
    await settled();
    expect(outcomes).toEqual(['queued', 'queued', 'expired']);
    expect([heard.size, layer.gauges().logs, clock.timerCount]).toEqual([0, 0, 1]);
  });

  test('I12 beyond ten thousand at once is answered queued at once', async () => {
    const ward = new Ward();
    const all = Array.from({ length: 10_001 }, () => ward.wait('u', { id: 'a' }));
    await ward.pass(0);
    expect(all.filter(({ outcome }) => outcome === 'queued')).toEqual([all.at(-1)]);
    ward.connect('u');
    await ward.pass(100);
    expect(all.filter(({ outcome }) => outcome === 'delivered')).toHaveLength(10_000);
    expect(ward.wait('u', { id: 'b' }).outcome).toBe('waiting');
  });

  test('is answered at a shutdown, with the truth', async () => {
    const ward = new Ward({ historyEvents: 1 });
    const { socket } = ward.connect('u', { roundTripMs: null });
    const [outside, confirmed, inside] = [ward.wait('u'), ward.wait('u'), ward.wait('v')];
    ward.layer.publish('u', { event: 'e' });
    socket.say({ type: 'ack', offset: 0 });
    const over = ward.layer.shutdown();
    await settled();
    expect([outside.outcome, confirmed.outcome, inside.outcome]).toEqual([
      'overflow',
      'overflow',
      'expired',
    ]);
    expect(ward.undelivered).toHaveLength(3);
    ward.clock.advance(5_000);
    await over;
  });

  test.each([-1, 1.5, 3_600_001, Number.NaN, '5s', undefined])(
    'has misused it when waitMs is %s: nothing is published',
    async (waitMs) => {
      const house = new House();
      const answer = house.layer.publishAndWait('u', { event: 'e' }, { waitMs: waitMs as number });
      await expect(answer).rejects.toThrow(UsageError);
      await expect(answer).rejects.toThrow(/`waitMs` to be a whole number of milliseconds/);
      expect(house.told('published')).toEqual([]);
    },
  );

  test.each([0, -1, 0.5, 604_800_001, Number.POSITIVE_INFINITY, '1m', null])(
    'or whoever publishes has when ttlMs is %s',
    (ttlMs) => {
      const house = new House();
      expect(() => house.layer.publish('u', { event: 'e' }, { ttlMs: ttlMs as number })).toThrow(
        /`ttlMs` to be a whole number of milliseconds from 1 to 604800000/,
      );
      expect(house.told('published')).toEqual([]);
    },
  );
});

describe('the hook for what was not delivered', () => {
  test('is given what the publisher knows the event by', async () => {
    const ward = new Ward();
    ward.layer.publish('u', { event: 'named' }, { id: 'a', ttlMs: 50 });
    await ward.pass(200);
    expect(ward.undelivered).toEqual([
      { user: 'u', epoch: 'n', offset: 1, event: 'named', id: 'a', reason: 'expired' },
    ]);
  });

  test('I6 that throws, or takes too long, is a fault of its own and is called for the next one all the same', async () => {
    let calls = 0;
    const undelivered = (): unknown => {
      calls += 1;
      if (calls === 1) throw new Error('no');
      return calls === 2 ? new Promise(() => {}) : undefined;
    };
    const house = new House({ historyEvents: 1 }, { hooks: { onUndelivered: undelivered } });
    for (let number = 0; number < 4; number += 1)
      house.layer.publish('u', { event: 'e', critical: true });
    house.clock.advance(5_000);
    await settled();
    expect([calls, house.faultsOf('hook')]).toEqual([3, 2]);
    expect(house.metrics.lostByReason.get('overflow')).toBe(3);
  });

  test('I4 may publish in its turn, and hears of that too', async () => {
    const house: House = new House(
      { historyEvents: 1 },
      {
        hooks: {
          onUndelivered: ({ offset }) => {
            if (offset < 20) house.layer.publish('u', { event: 'again', critical: true });
          },
        },
      },
    );
    house.layer.publish('u', { event: 'e', critical: true });
    house.layer.publish('u', { event: 'e', critical: true });
    for (let turn = 0; turn < 30; turn += 1) house.clock.advance(1);
    expect(house.told('receiptSettled').map(({ offset }) => offset)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  test('is called in slices, so that a log that ends delays nobody', async () => {
    const ward = new Ward({ resumeWindowMs: 1_000 });
    ward.critical('u', 1_000);
    ward.clock.advance(1_900);
    const told = [ward.receipts.length];
    while (ward.receipts.length < 1_000) {
      ward.clock.advance(1);
      told.push(ward.receipts.length);
    }
    const steps = told.slice(1).map((count, index) => count - (told[index] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(256);
    expect(ward.undelivered).toHaveLength(1_000);
  });
});
