import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { lingerMs } from '../../src/sessions/lingering.ts';
import { eventsOn, framesOn, House, settled } from '../sessions/house.ts';

const faulty: [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('boom');
    },
  ],
  ['rejects', () => Promise.reject(new Error('boom'))],
  ['rejects with nothing', () => Promise.reject(new Error(''))],
  ['never resolves', () => new Promise<void>(() => {})],
];

const rejecting = (): unknown => Promise.reject(new Error('async'));
const hanging = (): unknown => new Promise(() => {});

describe('code of the application that fails', () => {
  test.each(faulty)('F1 ends only its own session when the opening hook %s', async (_how, fail) => {
    const house = new House(
      {},
      { hooks: { onSession: ({ userId }) => (userId === 'bad' ? fail() : undefined) } },
    );
    const good = house.connect('good');
    const bad = house.knock('bad');
    await house.clock.settle(2_100);
    expect(bad.socket.closes).toEqual([{ code: 1011, reason: '' }]);
    expect(house.layer.count('bad')).toBe(0);
    expect(good.session.state).toBe('live');
    expect(house.causes).toEqual(['failed']);
    expect(house.faultsOf('hook')).toBe(1);
  });

  test.each(faulty)(
    'F1 answers with an error when the message hook %s, and the session lives',
    async (_how, fail) => {
      const house = new House(
        {},
        { hooks: { onMessage: (_session, { data }) => (data === 'bad' ? fail() : undefined) } },
      );
      const { session, socket } = house.connect('u');
      socket.say({ type: 'message', data: 'bad', id: 'm1' });
      socket.say({ type: 'message', data: 'good', id: 'm2' });
      await house.clock.settle(2_100);
      expect(framesOn(socket, 'error')).toMatchObject([{ code: 'application-failed', id: 'm1' }]);
      expect(framesOn(socket, 'accepted')).toEqual([{ type: 'accepted', id: 'm2' }]);
      expect(session.state).toBe('live');
      expect(JSON.stringify(socket.frames)).not.toContain('boom');
    },
  );

  test('F1 leaves the others alone when one hook in a hundred fails or blocks the loop for ten seconds', async () => {
    let calls = 0;
    const house: House = new House(
      {},
      {
        hooks: {
          onMessage: () => {
            calls += 1;
            if (calls % 100 === 0) throw new Error('boom');
            if (calls % 333 === 0) house.clock.stall(10_000);
          },
        },
      },
    );
    const fifty = Array.from({ length: 50 }, (_, index) => house.connect(`u${index}`));
    for (let round = 0; round < 20; round += 1) {
      for (const { socket } of fifty) socket.say({ type: 'message', data: round, id: `m${round}` });
      await house.clock.settle(1_000, 250);
    }
    expect(calls).toBe(1_000);
    expect(house.causes).toEqual([]);
    const answers = fifty.flatMap(({ socket }) => [
      ...framesOn(socket, 'accepted'),
      ...framesOn(socket, 'error'),
    ]);
    expect(answers).toHaveLength(1_000);
    expect(house.faultsOf('hook')).toBe(10);
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  test.each([
    ['a BigInt', 1n],
    ['a circle', circle],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('secret');
        },
      },
    ],
  ])('F2 tells the publisher of %s and publishes nothing', (_what, data) => {
    const house = new House();
    const { session, socket } = house.connect('u');
    const publish = (): unknown => house.layer.publish('u', { event: 'e', data });
    expect(publish).toThrow(UsageError);
    expect(publish).toThrow(expect.objectContaining({ code: 'bad-event' }));
    expect(publish).not.toThrow('secret');
    expect(eventsOn(socket)).toEqual([]);
    expect(session.state).toBe('live');
    expect(house.layer.publish('u', { event: 'next' })).toMatchObject({
      offset: 1,
      outcome: 'queued',
    });
  });

  test('F2 sends a lone surrogate as JSON that every client can read', () => {
    const house = new House();
    const { socket } = house.connect('u');
    house.layer.publish('u', { event: 'e', data: '\ud800' });
    expect(socket.written.at(-1)).toContain(String.raw`"\ud800"`);
    expect(socket.frames.at(-1)!['data']).toBe('\ud800');
  });

  test('F2 rejects a broadcast that cannot be said, and tells nobody anything', async () => {
    const house = new House();
    const { socket } = house.connect('u');
    await expect(house.layer.broadcast({ event: 'e', data: 1n })).rejects.toThrow(UsageError);
    expect(eventsOn(socket)).toEqual([]);
  });

  test('F3 counts listeners that throw, reject or hang, without growing', async () => {
    const house = new House();
    house.layer.subscribe(() => {
      throw new Error('sync');
    });
    house.layer.subscribe(rejecting);
    house.layer.subscribe(hanging);
    for (let number = 0; number < 100; number += 1) house.connect('u').socket.leave();
    await settled();
    expect(house.faultsOf('listener')).toBeGreaterThanOrEqual(600);
    expect(house.told('fault')).toHaveLength(1);
    expect(house.layer.gauges().sessions).toBe(0);
  });

  test('F4 takes a listener that adds and removes listeners, and everybody hears the same order', () => {
    const house = new House();
    const one: string[] = [];
    const two: string[] = [];
    const remove = house.layer.subscribe(({ type }) => {
      one.push(type);
      if (type === 'attached') remove();
      if (type === 'opened') house.layer.subscribe((event) => two.push(event.type));
    });
    house.connect('u').socket.leave();
    expect(one).toEqual(['opened', 'attached']);
    expect(two).toEqual(['attached', 'closed']);
  });

  test.each([
    ['opened', 'left'],
    ['attached', 'left'],
    ['published', 'opened'],
  ] as const)(
    'F4 I1 frees a slot once when a listener ends the session while it hears %s',
    (type, expected) => {
      const house = new House({ maxSessionsPerUser: 1 }, { hooks: { onSession: () => {} } });
      const remove = house.layer.subscribe((event) => {
        if (event.type === type) house.layer.closeUser('u');
      });
      const { socket, outcome } = house.knock('u');
      expect(outcome).toBe(expected);
      house.layer.publish('u', { event: 'e' });
      remove();
      expect(house.layer.count('u')).toBe(0);
      expect(house.causes).toEqual(['admin']);
      expect(socket.closes).toHaveLength(1);
      house.clock.advance(lingerMs + 100);
      expect(socket.isTerminated).toBe(true);
      expect(house.layer.gauges().lingering).toBe(0);
      expect(house.knock('u').outcome).toBe('opened');
    },
  );

  test('F4 I1 never lets a listener that opens sessions itself push the count over the limit', async () => {
    const house = new House({ maxSessionsPerUser: 2 });
    let most = 0;
    let depth = 0;
    for (const { socket } of house.fill('u', 2)) socket.claimed = 'closed';
    house.layer.subscribe(() => {
      most = Math.max(most, house.layer.count('u'));
      if (depth > 3) return;
      depth += 1;
      house.knock('u');
    });
    house.knock('u');
    house.clock.advance(3_000);
    await settled();
    expect(most).toBeLessThanOrEqual(2);
    expect(house.layer.count('u')).toBe(2);
  });

  test('F4 I1 never lets a listener take the slot that a waiter is being given', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u').socket.isFrozen = true;
    house.clock.advance(2_000);
    let most = 0;
    let greedy = 0;
    house.layer.subscribe(({ type }) => {
      if (type === 'pressureReaped' && greedy++ === 0) house.knock('u');
      most = Math.max(most, house.layer.count('u'));
    });
    const waiting = house.knock('u');
    house.clock.advance(1_150);
    await settled();
    expect(waiting.outcome).toBe('opened');
    expect(most).toBe(1);
    expect(house.layer.count('u')).toBe(1);
  });
});
