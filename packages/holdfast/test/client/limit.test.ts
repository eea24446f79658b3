import { describe, expect, it } from 'vitest';
import { ClientHouse } from './client-house.ts';

describe('a client at the limit', () => {
  const limit = {
    type: 'limit',
    limit: 1,
    sessions: [{ session: 's0', device: 'phone', openedAt: 1, lastSeenMs: 9 }],
    expiresIn: 30_000,
  };

  it('takes over the session that was chosen, however long the choice takes', async () => {
    const house = new ClientHouse({
      onLimit: () => new Promise((resolve) => void house.clock.after(29_000, () => resolve('s0'))),
    });
    house.client.connect();
    await house.pass();
    house.socket.say(limit);
    expect(house.told('limit')).toMatchObject([{ limit: 1, expiresIn: 30_000 }]);
    await house.pass(29_000);
    expect(house.socket.sent).toEqual([{ type: 'takeover', session: 's0' }]);
    house.socket.greet();
    expect(house.client.state).toBe('open');
  });

  it('leaves where none was chosen', async () => {
    const house = new ClientHouse({ onLimit: () => null });
    house.client.connect();
    await house.pass();
    house.socket.say(limit);
    await house.pass(60_000);
    expect(house.socket.closedWith).toBe(1000);
    expect(house.client.state).toBe('stopped');
    expect(house.sockets).toHaveLength(1);
  });

  it.each([null, 's0'])(
    'stays where a slot became free while its user was still choosing %s',
    async (choice) => {
      const house = new ClientHouse({
        onLimit: () =>
          new Promise((resolve) => void house.clock.after(9_000, () => resolve(choice))),
      });
      house.client.connect();
      await house.pass();
      house.socket.say(limit);
      await house.pass(1_000);
      house.socket.greet();
      await house.pass(20_000);
      expect(house.client.state).toBe('open');
      expect(house.socket.sentOf('takeover')).toEqual([]);
      expect(house.socket.closedWith).toBeNull();
    },
  );

  it('answers the last question where the server has asked again meanwhile', async () => {
    const choices = [null, 's2'];
    const house = new ClientHouse({
      onLimit: () =>
        new Promise((resolve) => {
          const choice = choices.shift() ?? null;
          house.clock.after(5_000, () => resolve(choice));
        }),
    });
    house.client.connect();
    await house.pass();
    house.socket.say(limit);
    house.socket.say(limit);
    await house.pass(10_000);
    expect(house.socket.sent).toEqual([{ type: 'takeover', session: 's2' }]);
    expect(house.client.state).toBe('connecting');
  });

  it('does not ask its user once it has left', async () => {
    let asked = 0;
    const house = new ClientHouse({
      onLimit: () => {
        asked += 1;
        return null;
      },
    });
    house.client.on('limit', () => house.client.detach());
    house.client.connect();
    await house.pass();
    house.socket.say(limit);
    await house.pass();
    expect(asked).toBe(0);
  });
});
