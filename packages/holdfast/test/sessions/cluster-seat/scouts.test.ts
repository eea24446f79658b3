import { describe, expect, test } from 'vitest';
import { mostScouts, type Scouting, type ScoutReport } from '../../../src/sessions/scouts.ts';
import { settled } from '../house.ts';
import { SeatHouse } from './seat-house.ts';

/** What a scout has found so far; null while it is out. */
async function reportOf(scouting: Scouting): Promise<ScoutReport | null> {
  return await Promise.race([scouting.settled, settled().then(() => null)]);
}

describe('a scout', () => {
  test('finds a slot free where nobody is', async () => {
    const house = new SeatHouse();
    house.admit('v');
    expect(await reportOf(house.node.scout('u'))).toEqual({ outcome: 'freed' });
    expect(house.clock.timerCount).toBe(2);
    expect(house.told('pressureReaped')).toEqual([]);
  });

  test('I2 I9 takes nobody for alive by what was sent before, and all who answer', async () => {
    const house = new SeatHouse();
    const sessions = [house.admit('u', { roundTripMs: 30 }), house.admit('u', { roundTripMs: 60 })];
    house.clock.advance(500);
    for (const { socket } of sessions) socket.say({ type: 'ping' });
    const scouting = house.node.scout('u');
    expect(sessions.map(({ socket }) => socket.pings)).toEqual([1, 1]);
    house.clock.advance(40);
    expect(await reportOf(scouting)).toBeNull();
    house.clock.advance(30);
    expect(await reportOf(scouting)).toEqual({ outcome: 'alive' });
    expect(house.layer.count('u')).toBe(2);
    expect(house.told('pressureReaped')).toEqual([
      { type: 'pressureReaped', user: 'u', examined: 2, found: 0, freed: 0 },
    ]);
  });

  test('I3 finds a slot free within the probe timeout of a ghost, which it reaps and counts', async () => {
    const house = new SeatHouse();
    house.admit('u').socket.isFrozen = true;
    house.admit('u');
    house.clock.advance(2_000);
    const scouting = house.node.scout('u');
    house.clock.advance(900);
    expect(await reportOf(scouting)).toBeNull();
    house.clock.advance(150);
    expect(await reportOf(scouting)).toEqual({ outcome: 'freed' });
    expect(house.causes).toEqual(['no-pong']);
    expect(house.told('pressureReaped')).toMatchObject([{ examined: 2, found: 1, freed: 1 }]);
    expect(house.metrics.pressureReaps.successful).toBe(1);
  });

  test('I3 reaps at once who is late already, or whose engine says closed', async () => {
    const house = new SeatHouse({ pingIntervalMs: 5_000 });
    const { socket } = house.admit('u');
    socket.isFrozen = true;
    house.clock.advance(6_500);
    expect(socket.pings).toBeGreaterThan(0);
    expect(await reportOf(house.node.scout('u'))).toEqual({ outcome: 'freed' });
    house.admit('v').socket.claimed = 'closed';
    expect(await reportOf(house.node.scout('v'))).toEqual({ outcome: 'freed' });
    expect(house.causes).toEqual(['no-pong', 'transport-closed']);
  });

  test('finds a slot free when somebody leaves, and none where the slot was handed over', async () => {
    const house = new SeatHouse();
    const [one, two] = [
      house.admit('u', { roundTripMs: 200 }),
      house.admit('u', { roundTripMs: 200 }),
    ];
    const scouting = house.node.scout('u');
    house.node.closeFor('u', one.session.generation, { cause: 'superseded' });
    expect(await reportOf(scouting)).toBeNull();
    two.socket.leave();
    expect(await reportOf(scouting)).toEqual({ outcome: 'freed' });
  });

  test('takes those who are left for alive when the one in doubt has handed its slot over', async () => {
    const house = new SeatHouse();
    house.admit('u');
    const { session } = house.admit('u', { roundTripMs: 400 });
    const scouting = house.node.scout('u');
    house.clock.advance(50);
    expect(await reportOf(scouting)).toBeNull();
    house.node.closeFor('u', session.generation, { cause: 'evicted' });
    expect(await reportOf(scouting)).toEqual({ outcome: 'alive' });
  });

  test('I3 takes nobody for alive whose engine says closed by then', async () => {
    const house = new SeatHouse();
    const one = house.admit('u', { roundTripMs: 10 });
    house.admit('u', { roundTripMs: 60 });
    const scouting = house.node.scout('u');
    house.clock.advance(20);
    one.socket.claimed = 'closed';
    house.clock.advance(45);
    expect(await reportOf(scouting)).toEqual({ outcome: 'freed' });
  });

  test('I3 says when that can change where nothing is proven in time', async () => {
    const house = new SeatHouse({ openTimeoutMs: 4_000 });
    house.node.enter({ userId: 'u' }, house.grant());
    house.clock.advance(1_000);
    const scouting = house.node.scout('u');
    house.clock.advance(1_100);
    expect(await reportOf(scouting)).toEqual({ outcome: 'unproven', retryAfterMs: 1_950 });
    const mute = house.admit('v');
    Object.defineProperty(mute.socket, 'canPing', { value: false });
    const blind = house.node.scout('v');
    house.clock.advance(1_100);
    expect(await reportOf(blind)).toEqual({ outcome: 'unproven' });
  });

  test('asks whoever gets a slot meanwhile, and one whose answer was to a ping from before', async () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { roundTripMs: 290 });
    const early = house.node.scout('u');
    house.clock.advance(289);
    const late = house.node.scout('u');
    const heir = house.admit('u', { roundTripMs: 20 });
    expect([socket.pings, heir.socket.pings]).toEqual([1, 1]);
    house.clock.advance(25);
    expect(await reportOf(early)).toEqual({ outcome: 'alive' });
    expect(await reportOf(late)).toBeNull();
    expect(socket.pings).toBe(2);
    house.clock.advance(300);
    expect(await reportOf(late)).toEqual({ outcome: 'alive' });
    expect(house.told('pressureReaped')).toHaveLength(1);
  });

  test('I12 is told at once that nothing is proven where too many are out, and leaves nothing behind', async () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u');
    socket.isFrozen = true;
    const party = Array.from({ length: mostScouts }, () => house.node.scout('u'));
    expect(await reportOf(house.node.scout('u'))).toEqual({
      outcome: 'unproven',
      retryAfterMs: 1_000,
    });
    expect(socket.pings).toBe(1);
    for (const scouting of party) scouting.withdraw();
    expect(await reportOf(party[3]!)).toEqual({ outcome: 'unproven' });
    expect(house.told('pressureReaped')).toHaveLength(1);
    socket.isFrozen = false;
    const over = house.layer.shutdown();
    await house.clock.settle(3_000);
    await over;
    expect(house.clock.timerCount).toBe(0);
  });

  test('I2 a stall takes no time from those who are asked', async () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { roundTripMs: 100 });
    const scouting = house.node.scout('u');
    house.clock.stall(5_000);
    house.clock.advance(10);
    expect(await reportOf(scouting)).toEqual({ outcome: 'alive' });
    expect(socket.isOpen).toBe(true);
  });
});
