import { describe, expect, it } from 'vitest';
import { ClientHouse, FakePage } from './client-house.ts';

describe('a client finds out that the server is gone', () => {
  it('asks when nothing was heard for a ping interval, and comes back when nobody answers', async () => {
    const house = new ClientHouse();
    const socket = await house.open({ pingInterval: 25_000 });
    socket.answersPings = false;
    await house.pass(24_000);
    expect(socket.sentOf('ping')).toEqual([]);
    await house.pass(1_000);
    expect(socket.sentOf('ping')).toHaveLength(1);
    await house.pass(9_000);
    expect(house.client.state).toBe('open');
    await house.pass(1_100);
    expect(house.sockets).toHaveLength(2);
    expect(house.socket.url.searchParams.get('resume')).toBe('t1');
    socket.event(1);
    expect(house.offsets).toEqual([]);
  });

  it('I9 believes any frame, and asks no more often than it has to', async () => {
    const house = new ClientHouse();
    const socket = await house.open({ pingInterval: 25_000 });
    for (let round = 0; round < 30; round += 1) {
      socket.event(round + 1);
      await house.pass(20_000);
    }
    expect(socket.sentOf('ping')).toEqual([]);
    await house.pass(250_000);
    expect(socket.sentOf('ping').length).toBeGreaterThan(4);
    expect(socket.sentOf('ping').length).toBeLessThan(12);
    expect(house.sockets).toHaveLength(1);
  });

  it('I2 asks before it believes that a sleep has ended the connection', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    house.clock.moveWallClock(3_600_000);
    await house.pass(25_000);
    expect(socket.sentOf('ping')).toHaveLength(1);
    socket.say({ type: 'pong' });
    await house.pass(24_000);
    expect(house.sockets).toHaveLength(1);
  });

  it('comes back soon after a sleep that has ended it', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    socket.answersPings = false;
    await house.pass(24_000);
    house.clock.stall(600_000);
    await house.pass(100);
    expect(socket.sentOf('ping')).toHaveLength(1);
    await house.pass(3_100);
    expect(house.sockets).toHaveLength(2);
  });

  it('asks once more when it has slept while it waited for the answer', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    socket.answersPings = false;
    await house.pass(26_000);
    expect(socket.sentOf('ping')).toHaveLength(1);
    house.clock.stall(600_000);
    socket.answersPings = true;
    await house.pass(20_000);
    expect(socket.sentOf('ping')).toHaveLength(2);
    expect(house.sockets).toHaveLength(1);
  });

  it('goes on when the clock on the wall is set back', async () => {
    const house = new ClientHouse();
    const socket = await house.open();
    socket.answersPings = false;
    house.clock.moveWallClock(-86_400_000);
    await house.pass(29_000);
    expect(socket.sentOf('ping').length).toBeGreaterThan(0);
    expect(house.sockets).toHaveLength(2);
  });

  it.each(['visibilitychange', 'online', 'resume'])(
    'asks with little patience after %s',
    async (type) => {
      const page = new FakePage();
      const house = new ClientHouse({}, { page });
      const socket = await house.open();
      socket.answersPings = false;
      page.fire(type);
      expect(socket.sentOf('ping')).toEqual([]);
      await house.pass(5_000);
      page.fire(type);
      expect(socket.sentOf('ping')).toHaveLength(1);
      await house.pass(3_100);
      expect(house.sockets).toHaveLength(2);
    },
  );

  it('asks at once when the network is said to be gone, and believes an answer more than that', async () => {
    const page = new FakePage();
    const house = new ClientHouse({}, { page });
    const socket = await house.open();
    page.fire('offline');
    await house.pass(10_000);
    expect(socket.sentOf('ping')).toHaveLength(1);
    expect(house.sockets).toHaveLength(1);
    socket.answersPings = false;
    page.fire('offline');
    await house.pass(3_100);
    expect(house.sockets).toHaveLength(2);
  });
});
