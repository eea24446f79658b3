import { describe, expect, it } from 'vitest';
import { closeCauses, closeReason, type CloseCause } from '../../src/protocol/close-causes.ts';
import { readClose } from '../../src/client/retry.ts';
import { createClient } from '../../src/client/index.ts';
import { ClientHouse, FakePage, FakeWebSocket, tokenOf } from './client-house.ts';

describe('a client connects', () => {
  it('offers its token beside the protocol, and nothing in the address', async () => {
    const house = new ClientHouse({ token: () => 'a.b.c' });
    await house.open();
    expect(house.socket.protocols).toEqual(['holdfast.v1', 'holdfast.bearer.a.b.c']);
    expect(house.socket.url.href).toBe('ws://gateway.test/ws');
    expect(house.client.state).toBe('open');
    expect(house.told('state')).toEqual(['connecting', 'open']);
    expect(house.told('ready')).toEqual([
      { session: 's1', user: 'ann', resume: { outcome: 'new' }, limit: 5, sessions: 1 },
    ]);
  });

  it('says what is missing where the runtime has no WebSocket', () => {
    expect('WebSocket' in globalThis).toBe(false);
    expect(() => createClient({ url: 'ws://gateway.test/ws' })).toThrow(
      /Expected `WebSocket` to be .*`ws`/,
    );
    expect(() => createClient({ url: 'ftp://gateway.test', WebSocket: FakeWebSocket })).toThrow(
      /Expected `url`/,
    );
  });

  it('FM-87 has one socket however often it is asked, and makes two attempts in a second at most', async () => {
    const house = new ClientHouse({ token: () => tokenOf({ sub: 'ann' }) });
    const { client } = house;
    for (let round = 0; round < 10; round += 1) {
      client.connect();
      client.connect();
      await house.pass();
      for (const socket of house.sockets) if (socket.readyState === 0) socket.greet();
      expect(house.sockets.filter(({ readyState }) => readyState <= 1).length).toBeLessThan(2);
      client.detach();
      await house.pass(90);
    }
    expect(house.sockets).toHaveLength(2);
    client.connect();
    await house.pass(1_000);
    expect(house.sockets).toHaveLength(3);
  });

  it('FM-87 hears nothing of an old socket: its late close does not end the new connection', async () => {
    const house = new ClientHouse();
    const old = await house.open();
    house.client.detach();
    house.client.connect();
    await house.pass();
    house.socket.greet({ session: 's2' });
    old.event(7);
    old.end(4409, '{"r":"superseded"}');
    expect(house.client.state).toBe('open');
    expect(house.sockets).toHaveLength(2);
    expect(house.offsets).toEqual([]);
  });

  it('gives up an attempt that nobody answers', async () => {
    const house = new ClientHouse({ connectTimeoutMs: 2_000 });
    house.client.connect();
    await house.pass(1_900);
    expect(house.client.state).toBe('connecting');
    await house.pass(100);
    expect(house.socket.closedWith).toBe(1000);
    expect(house.client.state).toBe('waiting');
  });

  it.each(['', '{', 'null', '7', '"ready"'])(
    'tells of a server that sends what is no frame (%s), and stays',
    async (text) => {
      const house = new ClientHouse();
      const socket = await house.open();
      socket.sayText(text);
      socket.event(1);
      expect(house.told('error').map(({ code }) => code)).toEqual(['bad-frame']);
      expect(house.offsets).toEqual([1]);
      expect(house.client.state).toBe('open');
    },
  );

  it('does not connect after close, and leaves nothing behind', async () => {
    const page = new FakePage();
    const house = new ClientHouse({}, { page });
    await house.open();
    expect(page.listenerCount).toBeGreaterThan(0);
    house.client.close();
    expect(house.socket.closedWith).toBe(1000);
    expect(house.client.state).toBe('closed');
    expect(house.clock.timerCount).toBe(0);
    expect(page.listenerCount).toBe(0);
    expect(() => house.client.connect()).toThrow(/Make a new one/);
  });
});

describe('a client comes back as the close table says', () => {
  const causes = Object.keys(closeCauses) as CloseCause[];

  it.each(causes)('reads %s as the table has it', (cause) => {
    const { code, client, word } = closeCauses[cause];
    const read = readClose({ code, reason: closeReason(cause) });
    expect(read).toEqual({ advice: client, word, retryMs: null });
  });

  const never = causes.filter((cause) => /^(?:stop|none)$/.test(closeCauses[cause].client));

  it.each(never)('never after %s, until the application asks for it', async (cause) => {
    const house = new ClientHouse({
      token: () => tokenOf({ sub: 'ann', jti: house.sockets.length }),
    });
    const socket = await house.open();
    socket.end(closeCauses[cause].code, closeReason(cause));
    await house.pass(3_600_000);
    expect(house.sockets).toHaveLength(1);
    expect(house.client.state).toBe('stopped');
    expect(house.told('closed')).toEqual([
      { code: closeCauses[cause].code, reason: closeCauses[cause].word, retryInMs: null },
    ]);
    house.client.connect();
    await house.pass();
    expect(house.sockets).toHaveLength(2);
  });

  it.each(['no-pong', 'slow', 'connection-lost'] as const)('at once after %s', async (cause) => {
    const house = new ClientHouse();
    const socket = await house.open();
    await house.pass(6_000);
    socket.end(closeCauses[cause].code, closeReason(cause));
    await house.pass();
    expect(house.sockets).toHaveLength(2);
  });

  it.each(['message-rate', 'shutdown', 'overload', 'rate'] as const)(
    'not before the time it was told after %s',
    async (cause) => {
      const house = new ClientHouse();
      const socket = await house.open();
      socket.end(closeCauses[cause].code, closeReason(cause, 20_000));
      for (let second = 0; second < 19; second += 1) {
        house.client.connect();
        await house.pass(1_000);
      }
      expect(house.sockets).toHaveLength(1);
      await house.pass(1_600);
      expect(house.sockets).toHaveLength(2);
    },
  );

  it('after a refusal for the limit in the time given; without one only when asked', async () => {
    const house = new ClientHouse();
    house.client.connect();
    await house.pass();
    house.socket.end(4429, '{"r":"user-limit","retryMs":900}');
    await house.pass(1_500);
    expect(house.sockets).toHaveLength(2);
    house.socket.end(4429, '{"r":"user-limit"}');
    await house.pass(600_000);
    expect(house.sockets).toHaveLength(2);
    expect(house.client.state).toBe('stopped');
    house.client.connect();
    await house.pass();
    expect(house.sockets).toHaveLength(3);
  });

  it('with a growing delay where the server accepts and closes at once', async () => {
    const house = new ClientHouse({ backoff: { firstMs: 500, maxMs: 8_000 } });
    house.client.connect();
    const times: number[] = [];
    while (times.length < 12) {
      await house.clock.settle(0);
      if (house.socket.readyState === 0) {
        times.push(house.clock.nowMs());
        house.socket.greet();
        house.socket.end();
      }
      house.clock.advance(50);
    }
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits.at(-1)).toBeGreaterThanOrEqual(4_000);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(20_000);
  });

  it('with full jitter, from nothing up to the ceiling', async () => {
    const house = new ClientHouse({ backoff: { firstMs: 4_000, maxMs: 8_000 } });
    house.draws.push(0.999, 0.25);
    house.client.connect();
    await house.pass();
    house.socket.end();
    expect(house.told('closed').at(-1)?.retryInMs).toBe(3_996);
    await house.pass(4_000);
    house.socket.end();
    expect(house.told('closed').at(-1)?.retryInMs).toBe(2_000);
  });

  it('after a code nobody knows with a delay, whatever its reason says', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    socket.end(3999, '{nonsense');
    expect(house.told('closed')).toEqual([{ code: 3999, reason: null, retryInMs: 250 }]);
  });

  it('when the server has said that it drains, at the time it gave', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    socket.say({ type: 'drain', reconnectInMs: 7_000, ticket: 't-drain' });
    expect(house.told('drain')).toEqual([{ reconnectInMs: 7_000 }]);
    socket.end(1001);
    await house.pass(6_900);
    expect(house.sockets).toHaveLength(1);
    await house.pass(700);
    expect(house.socket.url.searchParams.get('resume')).toBe('t-drain');
  });
});

describe('a client in a page', () => {
  it('comes back at once when the network is there again, but not before it may', async () => {
    const page = new FakePage();
    const house = new ClientHouse({ backoff: { firstMs: 60_000, maxMs: 60_000 } }, { page });
    house.client.connect();
    await house.pass(1_000);
    house.socket.end();
    await house.pass(1_000);
    page.fire('online');
    await house.pass();
    expect(house.sockets).toHaveLength(2);
    house.socket.end(1013, '{"r":"overload","retryMs":5000}');
    page.fire('online');
    await house.pass(4_900);
    expect(house.sockets).toHaveLength(2);
    await house.pass(100);
    expect(house.sockets).toHaveLength(3);
  });

  it('sends its acks when nobody looks any more', async () => {
    const page = new FakePage();
    const house = new ClientHouse({}, { page });
    const socket = await house.open();
    socket.event(1);
    expect(socket.sentOf('ack')).toEqual([]);
    page.document.visibilityState = 'hidden';
    page.fire('visibilitychange');
    expect(socket.sentOf('ack')).toEqual([{ type: 'ack', offset: 1 }]);
  });
});
