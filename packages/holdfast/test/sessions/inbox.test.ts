import { describe, expect, test } from 'vitest';
import { framesOn, House, settled } from './house.ts';

describe('the inbox', () => {
  test('answers a ping, and an unknown type with an error, and goes on', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    socket.say({ type: 'ping' });
    socket.say({ type: 'refresh-all' });
    expect(socket.frames.slice(1)).toEqual([
      { type: 'pong' },
      {
        type: 'error',
        code: 'unknown-type',
        message: 'Expected `type` to be ack, message, ping, refresh or takeover.',
      },
    ]);
    expect(session.state).toBe('live');
  });

  test.each(['nonsense', '[]', '{"type":"ack","offset":-1}'])(
    'closes 4400 for the breach %s, and tells the log why',
    (text) => {
      const house = new House();
      const { socket } = house.connect('u');
      socket.say(text);
      expect(socket.closes).toEqual([{ code: 4400, reason: '{"r":"bad-frame"}' }]);
      expect(house.causes).toEqual(['bad-frame']);
      expect(house.told('closed')[0]!.note).toMatch(/^Expected /);
      expect(house.told('closed')[0]!.note).not.toContain('nonsense');
    },
  );

  test('closes 4400 for a binary frame', () => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.owner.received(new Uint8Array([1, 2, 3]));
    expect(house.causes).toEqual(['bad-frame']);
  });

  test('keeps the highest offset that was acknowledged', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    for (let number = 0; number < 5; number += 1) house.layer.publish('u', { event: 'e' });
    for (const offset of [3, 1, 4]) socket.say({ type: 'ack', offset });
    expect(session.acked).toBe(4);
    expect(house.layer.view(session)).toMatchObject({ offset: 5, acked: 4 });
    socket.say({ type: 'ack', offset: 6 });
    expect(house.causes).toEqual(['bad-frame']);
  });

  test('hands messages to the application, and accepts the named ones once it has them', async () => {
    const taken: unknown[] = [];
    const house = new House(
      {},
      {
        hooks: {
          onMessage: async (session, message) => {
            taken.push([session.userId, message]);
            await Promise.resolve();
          },
        },
      },
    );
    const { socket } = house.connect('u');
    socket.say({ type: 'message', data: { a: 1 }, id: 'm1' });
    socket.say({ type: 'message', data: null });
    expect(framesOn(socket, 'accepted')).toEqual([]);
    await settled();
    expect(taken).toEqual([
      ['u', { data: { a: 1 }, id: 'm1' }],
      ['u', { data: null }],
    ]);
    expect(framesOn(socket, 'accepted')).toEqual([{ type: 'accepted', id: 'm1' }]);
  });

  test.each([
    ['a word', { refused: 'overloaded' }, 'overloaded'],
    ['no word', { refused: '' }, 'application-failed'],
    ['a number', { refused: 7 }, 'application-failed'],
  ])(
    'tells the client by which word, here %s, the application did not take a message; it may be sent again',
    async (_what, refusal, code) => {
      const answers: unknown[] = [refusal, Promise.resolve(refusal)];
      const house = new House({}, { hooks: { onMessage: () => answers.shift() } });
      const { socket } = house.connect('u');
      for (let count = 0; count < 3; count += 1) {
        socket.say({ type: 'message', data: 1, id: 'm1' });
        await settled();
      }
      expect(socket.frames.slice(1).map(({ type, code: got, id }) => [type, got, id])).toEqual([
        ['error', code, 'm1'],
        ['error', code, 'm1'],
        ['accepted', undefined, 'm1'],
      ]);
      expect(house.told('fault')).toEqual([]);
    },
  );

  test('F1 I6 answers for a refusal that throws when it is read', () => {
    const refusal = {
      get refused(): string {
        throw new Error('x');
      },
    };
    const house = new House({}, { hooks: { onMessage: () => refusal } });
    const { socket } = house.connect('u');
    socket.say({ type: 'message', data: 1, id: 'm1' });
    expect(framesOn(socket, 'error')).toMatchObject([{ code: 'application-failed', id: 'm1' }]);
    expect(house.faultsOf('hook')).toBe(1);
  });

  test('says so when nobody takes messages', () => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.say({ type: 'message', data: 1, id: 'm1' });
    expect(framesOn(socket, 'error')).toMatchObject([{ code: 'no-receiver', id: 'm1' }]);
  });

  test('I12 closes 1008 whoever sends faster than the rate, with the time to come back', () => {
    const house = new House({ messageRate: 10 });
    const { socket } = house.connect('u');
    const calm = house.connect('v');
    for (let number = 0; number < 10; number += 1) socket.say({ type: 'ping' });
    expect(house.causes).toEqual([]);
    socket.say({ type: 'ping' });
    expect(socket.closes).toEqual([{ code: 1008, reason: '{"r":"rate","retryMs":100}' }]);
    for (let number = 0; number < 100; number += 1) {
      calm.socket.say({ type: 'ping' });
      house.clock.advance(100);
    }
    expect(calm.session.state).toBe('live');
  });

  test('I12 closes 1008 whoever sends pings faster than the rate', () => {
    const house = new House({ messageRate: 10 });
    const { socket } = house.connect('u');
    for (let number = 0; number < 10; number += 1) socket.owner.heard();
    expect(house.causes).toEqual([]);
    socket.owner.heard();
    expect(socket.closes).toEqual([{ code: 1008, reason: '{"r":"rate","retryMs":100}' }]);
    expect(house.causes).toEqual(['message-rate']);
  });

  test('I12 closes 1008 whoever sends pongs nobody asked for faster than the rate', () => {
    const house = new House({ messageRate: 10 });
    const { socket } = house.connect('u');
    for (let number = 0; number < 10; number += 1) socket.owner.ponged(Number.NaN);
    expect(house.causes).toEqual([]);
    socket.owner.ponged(Number.NaN);
    expect(house.causes).toEqual(['message-rate']);
  });

  test('I12 counts no answer to a ping of its own', () => {
    const house = new House({
      messageRate: 1,
      pingIntervalMs: 200,
      pingTimeoutMs: 100,
      probeTimeoutMs: 100,
      pressurePingIntervalMs: 200,
    });
    const { session, socket } = house.connect('u', { roundTripMs: 50 });
    house.clock.advance(10_000);
    expect(socket.pings).toBeGreaterThan(20);
    expect(session.state).toBe('live');
  });

  test('I7 hears nothing more of a session that is over', () => {
    const house = new House({}, { hooks: { onMessage: () => expect.unreachable() } });
    const { session } = house.connect('u');
    house.layer.close(session.id);
    session.received('{"type":"message","data":1}');
    expect(house.told('fault')).toEqual([]);
  });
});
