import { describe, expect, it } from 'vitest';
import { closeReason } from '../../src/protocol/close-causes.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { ClientHouse, tokenOf } from './client-house.ts';

/** Tokens of an hour, each its own. */
function mint(clock: ManualClock, count: number, lifeMs = 3_600_000): string {
  const now = clock.epochMs();
  return tokenOf({ sub: 'ann', iat: now / 1000, exp: (now + lifeMs) / 1000, jti: count });
}

/** A client whose provider counts its calls. */
function houseWith(give: (count: number, clock: ManualClock) => string | Promise<string>) {
  const clock = new ManualClock();
  const calls = { count: 0 };
  const token = (): string | Promise<string> => give((calls.count += 1), clock);
  return { house: new ClientHouse({ token }, { clock }), calls };
}

const expired = [4401, closeReason('token-expired')] as const;

describe('a token', () => {
  it('is asked for once, and used again while it lives', async () => {
    const { house, calls } = houseWith((count, clock) => mint(clock, count));
    for (let round = 0; round < 3; round += 1) {
      const socket = await house.open();
      socket.end();
      await house.pass(1_000);
    }
    expect(calls.count).toBe(1);
  });

  it('is replaced in band before it ends, and again before the next one does', async () => {
    const { house, calls } = houseWith((count, clock) => mint(clock, count, 100_000));
    const socket = await house.open();
    await house.pass(70_000);
    for (let second = 0; second < 30 && calls.count < 2; second += 1) await house.pass(1_000);
    expect(calls.count).toBe(2);
    const [refresh] = socket.sentOf('refresh');
    expect(refresh?.['token']).toMatch(/^head\./);
    socket.say({ type: 'refreshed', expiresAt: house.clock.epochMs() + 50_000 });
    socket.event(1);
    await house.pass(41_000);
    expect(socket.sentOf('refresh')).toHaveLength(2);
    expect(house.sockets).toHaveLength(1);
  });

  it('that was refused is not shown again: the provider is asked at once', async () => {
    const { house, calls } = houseWith((count, clock) => mint(clock, count));
    const socket = await house.open();
    socket.end(...expired);
    await house.pass();
    expect(calls.count).toBe(2);
    expect(house.sockets).toHaveLength(2);
    expect(house.socket.protocols[1]).not.toBe(socket.protocols[1]);
  });

  it('that stays the same after it was refused stops the client', async () => {
    const { house } = houseWith(() => 'always.the.same');
    const socket = await house.open();
    socket.end(...expired);
    await house.pass(600_000);
    expect(house.client.state).toBe('stopped');
    expect(house.sockets).toHaveLength(1);
    expect(house.told('error')).toMatchObject([{ code: 'unauthorized' }]);
  });

  it('that is refused again and again is asked for less and less often', async () => {
    const { house, calls } = houseWith((count, clock) => mint(clock, count));
    house.client.connect();
    for (let step = 0; step < 1_200; step += 1) {
      await house.clock.settle(0);
      if (house.socket.readyState === 0) house.socket.end(4401, closeReason('unauthorized'));
      house.clock.advance(100);
    }
    expect(calls.count).toBeGreaterThan(3);
    expect(calls.count).toBeLessThan(16);
  });

  it('that cannot be had is an error, and is asked for later', async () => {
    const { house, calls } = houseWith((count, clock) =>
      count < 3 ? Promise.reject(new Error('offline')) : mint(clock, count),
    );
    house.client.connect();
    await house.pass();
    expect(house.told('error')).toMatchObject([
      { code: 'token-failed', cause: { message: 'offline' } },
    ]);
    await house.pass(10_000);
    expect(calls.count).toBe(3);
    expect(house.sockets).toHaveLength(1);
  });

  it('whose provider never answers does not hold up the next attempt', async () => {
    const { house, calls } = houseWith((count, clock) =>
      count === 1 ? new Promise(() => {}) : mint(clock, count),
    );
    house.client.connect();
    await house.pass(20_000);
    expect(calls.count).toBe(2);
    expect(house.sockets).toHaveLength(1);
  });

  it('that comes when its connection is over leaves nothing behind', async () => {
    const { house } = houseWith(
      (count, clock) =>
        new Promise((resolve) => void clock.after(count === 1 ? 0 : 5_000, () => resolve('a.b.c'))),
    );
    house.client.connect();
    await house.pass(100);
    house.socket.greet();
    house.socket.say({ type: 'refreshed', expiresAt: house.clock.epochMs() + 10_000 });
    await house.pass(9_000);
    house.client.detach();
    await house.pass(5_000);
    expect(house.socket.sentOf('refresh')).toEqual([]);
    expect(house.clock.timerCount).toBe(0);
  });

  it('that came too late for its connection opens no socket', async () => {
    const { house } = houseWith(
      (count, clock) =>
        new Promise((resolve) => void clock.after(500, () => resolve(mint(clock, count)))),
    );
    house.client.connect();
    house.client.detach();
    await house.pass(1_000);
    expect(house.sockets).toEqual([]);
  });

  it.each(['opaque', 'a.b.c', `a.${Buffer.from('null').toString('base64url')}.c`, 'a.é.c'])(
    'that says nothing of its end is never replaced by itself: %s',
    async (token) => {
      const { house, calls } = houseWith(() => token);
      await house.open();
      for (let minute = 0; minute < 120; minute += 1) {
        house.socket.event(minute + 1);
        house.clock.advance(20_000);
      }
      expect(calls.count).toBe(1);
    },
  );

  it('that seems to have ended long ago by a wrong clock is not asked for without end', async () => {
    const { house, calls } = houseWith((count, clock) => mint(clock, count, -3_600_000));
    await house.open();
    for (let minute = 0; minute < 120; minute += 1) {
      house.socket.event(minute + 1);
      await house.pass(20_000);
    }
    expect(calls.count).toBe(1);
  });

  it('never stands in an error', async () => {
    const secret = 'head.secret.mark';
    class Throwing {
      constructor(_url: string, protocols?: string[]) {
        throw new SyntaxError(`The subprotocol '${protocols?.[1]}' is invalid.`);
      }
      send(): void {}
      close(): void {}
    }
    const house = new ClientHouse({ token: secret, WebSocket: Throwing });
    house.client.connect();
    await house.pass();
    expect(house.client.state).toBe('stopped');
    const [error] = house.told('error');
    expect(error).toMatchObject({ code: 'no-socket' });
    expect(`${error?.stack} ${String(error?.cause)}`).not.toContain('secret');
  });
});
