import { describe, expect, test } from 'vitest';
import { House, settled } from '../sessions/house.ts';

describe('stalls and lost timers', () => {
  test('B3 I11 ends nobody when a hook blocks the loop for five seconds, and stands in health until it is over', () => {
    const house: House = new House(
      { pingTimeoutMs: 3_000, environment: 'test' },
      {
        hooks: {
          onMessage: () => {
            house.clock.stall(5_000);
          },
        },
      },
    );
    const five = house.fill('u', 5);
    const others = Array.from({ length: 45 }, (_, index) => house.connect(`v${index}`));
    house.clock.advance(25_000);
    five[0]!.socket.say({ type: 'message', data: 1 });
    house.clock.advance(1_000);
    expect(house.causes).toEqual([]);
    expect(house.told('stalled').map(({ gapMs }) => Math.round(gapMs / 1_000))).toEqual([5]);
    expect(house.metrics.stalls).toBe(1);
    expect(house.layer.health()).toMatchObject({
      status: 'degraded',
      faults: [{ where: 'loop-lag' }],
    });
    house.clock.advance(60_000);
    expect(house.layer.health()).toMatchObject({ status: 'ok', faults: [] });
    expect([...five, ...others].every(({ session }) => session.state === 'live')).toBe(true);
  });

  test.each([3_000, 30_000, 3_600_000])(
    'I11 reads the pongs that came during %i ms of standstill before it judges',
    (ms) => {
      const house = new House({ pingTimeoutMs: 2_000, pingIntervalMs: 5_000 });
      const all = Array.from({ length: 50 }, (_, index) =>
        house.connect(`u${index}`, { roundTripMs: 20 }),
      );
      for (let rounds = 0; rounds < 20; rounds += 1) {
        house.clock.advance(1_230);
        house.clock.stall(ms);
        house.layer.reapUser('u7');
        house.knock('u7');
        house.layer.health();
      }
      house.clock.advance(3_000);
      expect(house.causes).toEqual([]);
      expect(all.every(({ session }) => session.state === 'live')).toBe(true);
    },
  );

  test('I11 still finds the dead after a standstill, each in its time', () => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.isFrozen = true;
    house.clock.advance(30_000);
    house.clock.stall(600_000);
    house.clock.advance(6_000);
    expect(house.causes).toEqual(['no-pong']);
  });

  test('I10 lets a newcomer in over ghosts although every timer has been lost', async () => {
    const house = new House();
    const five = house.fill('u', 5);
    for (const { socket } of five) socket.isFrozen = true;
    house.clock.loseTimers();
    house.clock.advance(60_000);
    expect(house.causes).toEqual([]);
    const knock = house.knock('u');
    expect(knock.outcome).toBe('waiting');
    house.clock.advance(1_200);
    await settled();
    expect(knock.outcome).toBe('opened');
  });

  test('I10 upholds the limit with a broken sweep, listeners that throw and timers that cannot be set', async () => {
    const house = new House({ maxSessionsPerUser: 2 });
    house.layer.subscribe(() => {
      throw new Error('listener');
    });
    house.clock.loseTimers();
    house.clock.timerError = new Error('no timers');
    const two = house.fill('u', 2);
    const refused = house.knock('u');
    house.clock.advance(10);
    await settled();
    expect(refused.outcome).toBe('refused');
    two[0]!.socket.claimed = 'closed';
    expect(house.knock('u').outcome).toBe('opened');
    two[1]!.socket.leave();
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.layer.count('u')).toBe(2);
    house.clock.timerError = null;
    house.clock.advance(2_000);
    await settled();
    expect(house.layer.count('u')).toBe(2);
  });

  test('B6 I6 sets a heartbeat anew whose timer was lost, whoever comes first', () => {
    const entries: readonly ((house: House) => void)[] = [
      (house) => void house.connect('somebody'),
      (house) => void house.layer.health(),
    ];
    for (const enter of entries) {
      const house = new House({
        pingIntervalMs: 1_000,
        pressurePingIntervalMs: 1_000,
        pingTimeoutMs: 1_000,
      });
      const { socket } = house.connect('u');
      socket.isFrozen = true;
      house.clock.loseTimers();
      house.clock.advance(5_000);
      expect(socket.pings).toBe(0);
      enter(house);
      house.clock.advance(3_000);
      expect(house.causes).toEqual(['no-pong']);
    }
  });

  test('B6 the sweep sets a lost heartbeat anew when nobody else comes', async () => {
    const house = new House({ cleanupIntervalMs: 30_000 });
    const { socket } = house.connect('u');
    socket.isFrozen = true;
    const [sweepTimer] = [house.layer.health().cleanup.running];
    expect(sweepTimer).toBe(true);
    house.clock.timerError = new Error('no timers');
    house.clock.advance(10_000);
    house.clock.timerError = null;
    expect(socket.pings).toBe(0);
    await house.clock.settle(80_000, 5_000);
    expect(house.causes).toEqual(['no-pong']);
  });
});
