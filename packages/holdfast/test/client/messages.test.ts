import { describe, expect, it } from 'vitest';
import type { ClientError } from '../../src/client/client-error.ts';
import { ClientHouse, type FakeWebSocket } from './client-house.ts';

/** How a promise ended, by now. */
async function outcomeOf(promise: Promise<void>): Promise<string> {
  const pending = Symbol('pending');
  try {
    const later = new Promise((resolve) => void setImmediate(resolve, pending));
    const value: unknown = await Promise.race([promise, later]);
    return value === pending ? 'pending' : 'accepted';
  } catch (error) {
    return (error as ClientError).code;
  }
}

function idsOn(socket: FakeWebSocket): string[] {
  return socket.sentOf('message').map(({ id }) => String(id));
}

function accept(socket: FakeWebSocket, ids: readonly string[]): void {
  for (const id of ids) socket.say({ type: 'accepted', id });
}

describe('a message', () => {
  it('is accepted when the application has taken it', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    const sent = house.client.send({ text: 'hi' });
    expect(socket.sentOf('message')).toMatchObject([{ data: { text: 'hi' } }]);
    expect(await outcomeOf(sent)).toBe('pending');
    accept(socket, idsOn(socket));
    expect(await outcomeOf(sent)).toBe('accepted');
    socket.end();
    await house.pass();
    house.socket.greet();
    expect(house.socket.sentOf('message')).toEqual([]);
  });

  it('is rejected with the words of the server', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    const sent = house.client.send(1);
    const [id] = idsOn(socket);
    socket.say({ type: 'error', code: 'application-failed', message: 'No.', id });
    await expect(sent).rejects.toMatchObject({
      code: 'rejected',
      serverCode: 'application-failed',
      message: 'No.',
    });
    expect(house.told('error')).toEqual([]);
    socket.say({ type: 'error', code: 'unknown-type', message: 'What?' });
    expect(house.told('error')).toMatchObject([{ serverCode: 'unknown-type' }]);
  });

  it('D10 goes again, with its id and in order, where there was no answer', async () => {
    const house = new ClientHouse();
    const early = house.client.send('early');
    const first = await house.open();
    const others = ['a', 'b', 'c'].map((text) => house.client.send(text));
    const ids = idsOn(first);
    accept(first, ids.slice(1, 2));
    first.end();
    await house.pass();
    house.socket.greet();
    expect(idsOn(house.socket)).toEqual([ids[0], ids[2], ids[3]]);
    accept(house.socket, ids);
    await expect(Promise.all([early, ...others])).resolves.toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
  });

  it('does not wait where it is told not to', async () => {
    const house = new ClientHouse();
    expect(await outcomeOf(house.client.send(1, { wait: false }))).toBe('not-connected');
    const socket = await house.open();
    const sent = house.client.send(2, { wait: false });
    socket.end();
    await expect(sent).rejects.toMatchObject({ code: 'connection-lost' });
    await house.pass();
    house.socket.greet();
    expect(idsOn(house.socket)).toEqual([]);
  });

  it('I12 is not taken beyond the bounds, and the caller hears so at once', async () => {
    const outbox = { maxMessages: 3, maxBytes: 400, maxMessageBytes: 200 };
    const house = new ClientHouse({ outbox });
    expect(await outcomeOf(house.client.send('é'.repeat(90)))).toBe('too-large');
    expect(await outcomeOf(house.client.send('x'.repeat(140)))).toBe('pending');
    expect(await outcomeOf(house.client.send('x'.repeat(130)))).toBe('pending');
    expect(await outcomeOf(house.client.send('x'.repeat(130)))).toBe('outbox-full');
    expect(await outcomeOf(house.client.send(1))).toBe('pending');
    expect(await outcomeOf(house.client.send(2))).toBe('outbox-full');
    const socket = await house.open();
    accept(socket, idsOn(socket));
    expect(await outcomeOf(house.client.send(3))).toBe('pending');
  });

  it.each([
    [{ n: 1n }],
    [
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ],
  ])('F2 that JSON cannot say is rejected and nothing is sent', async (data) => {
    const house = new ClientHouse();
    const socket = await house.open();
    expect(await outcomeOf(house.client.send(data))).toBe('bad-data');
    expect(socket.sent).toEqual([]);
  });

  it('is rejected when the client is stopped or closed, and kept when it detaches', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    const kept = house.client.send('kept');
    house.client.detach();
    expect(await outcomeOf(kept)).toBe('pending');
    const next = await house.open();
    expect(idsOn(next)).toEqual(idsOn(socket));
    next.end(4409, '{"r":"superseded"}');
    expect(await outcomeOf(kept)).toBe('stopped');
    expect(await outcomeOf(house.client.send(1))).toBe('stopped');
    await house.open();
    const last = house.client.send('last');
    house.client.close();
    expect(await outcomeOf(last)).toBe('closed');
    expect(await outcomeOf(house.client.send(1))).toBe('closed');
  });

  it('keeps to a pace and to a number in flight that the server bears', async () => {
    const house = new ClientHouse();
    const all = Array.from({ length: 200 }, (_, index) => house.client.send(index));
    const socket = await house.open();
    expect(idsOn(socket)).toHaveLength(20);
    await house.pass(2_000);
    expect(idsOn(socket)).toHaveLength(32);
    const perSecond: number[] = [];
    for (let second = 0; second < 8; second += 1) {
      const before = socket.sent.length;
      for (let step = 0; step < 20; step += 1) {
        accept(socket, idsOn(socket));
        await house.pass(50);
      }
      perSecond.push(socket.sent.length - before);
    }
    await Promise.all(all);
    expect(Math.max(...perSecond)).toBeLessThan(62);
    expect(idsOn(socket)).toHaveLength(200);
    expect(house.clock.timerCount).toBe(1);
  });

  it('asks the application to stop, in words that are documented', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    const cancelled = house.client.cancel('enough');
    expect(socket.sentOf('message')).toMatchObject([
      { data: { holdfast: 'cancel', reason: 'enough' } },
    ]);
    accept(socket, idsOn(socket));
    await cancelled;
    expect(house.client.state).toBe('open');
  });
});

describe('a client that leaves', () => {
  it('acknowledges what it has, and reads on from there', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    socket.event(4);
    house.client.detach();
    expect(socket.sentOf('ack')).toEqual([{ type: 'ack', offset: 4 }]);
    expect(socket.closedWith).toBe(1000);
    expect(house.client.state).toBe('idle');
    expect(house.clock.timerCount).toBe(0);
    await house.open({ offset: 4 });
    expect(house.socket.url.searchParams.get('offset')).toBe('4');
  });

  it.each(['event', 'ready', 'state', 'gap', 'limit', 'drain', 'closed', 'error'] as const)(
    'may do so inside of any handler: %s',
    async (name) => {
      const house = new ClientHouse({ onLimit: () => 's0' });
      house.client.connect();
      await house.pass();
      house.client.on(name, () => house.client.detach());
      const { socket } = house;
      socket.say({ type: 'limit', limit: 1, sessions: [], expiresIn: 30_000 });
      socket.greet({ resume: { outcome: 'gap', reason: 'expired' } });
      socket.event(1);
      socket.say({ type: 'error', code: 'x', message: 'x' });
      socket.say({ type: 'drain', reconnectInMs: 5 });
      socket.end();
      await house.pass(60_000);
      expect(house.client.state).toBe('idle');
      expect(house.sockets).toHaveLength(1);
      expect(house.clock.timerCount).toBe(0);
    },
  );

  it('may do so when it hears that the attempt has failed, and then makes no other', async () => {
    const house = new ClientHouse({ token: () => Promise.reject(new Error('offline')) });
    house.client.on('error', () => house.client.detach());
    house.client.connect();
    await house.pass(60_000);
    expect(house.client.state).toBe('idle');
    expect(house.told('error')).toHaveLength(1);
    expect(house.clock.timerCount).toBe(0);
  });

  it.each(['closed', 'state', 'error'] as const)(
    'may connect again inside of a handler, and still has one socket: %s',
    async (name) => {
      const house = new ClientHouse();
      const socket = await house.open();
      house.client.on(name, () => house.client.connect());
      socket.end(4409, '{"r":"superseded"}');
      await house.pass(10_000);
      expect(house.sockets.filter(({ readyState }) => readyState < 2).length).toBeLessThan(2);
      expect(house.clock.timerCount).toBeLessThan(2);
    },
  );
});
