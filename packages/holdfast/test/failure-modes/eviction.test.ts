import { describe, expect, test } from 'vitest';
import { closeCauses } from '../../src/protocol/close-causes.ts';
import { House, settled } from '../sessions/house.ts';

describe('the eviction of the living', () => {
  test('FM-29 keeps the five and refuses the sixth for good by default', async () => {
    const house = new House();
    const five = house.fill('u', 5);
    for (let second = 0; second < 60; second += 10) {
      const sixth = house.knock('u');
      house.clock.advance(10_000);
      await settled();
      expect(sixth.outcome).toBe('refused');
      expect(sixth.socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
    }
    expect(five.every(({ session }) => session.state === 'live')).toBe(true);
    expect(house.causes).toEqual([]);
  });

  test('FM-29 evicts at most one a minute when asked to, the oldest, with a code that says stop', async () => {
    const house = new House({ onLimit: 'evict-oldest' });
    const five = house.fill('u', 5);
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const knock = house.knock('u');
      house.clock.advance(10_000);
      await settled();
      outcomes.push(knock.outcome);
    }
    expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(2);
    expect(outcomes[0]).toBe('opened');
    expect(house.causes).toEqual(['evicted', 'evicted']);
    for (const { socket } of five.slice(0, 2))
      expect(socket.closes).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect(closeCauses.evicted.client).toBe('stop');
    expect(house.metrics.evictionsByPolicy.get('evict-oldest')).toBe(2);
  });

  test('G6 holds a hostile second device to its rate and evicts nobody alive for it', async () => {
    const house = new House({ userConnectRate: { perSecond: 20, burst: 200 } });
    const five = house.fill('u', 5);
    let turnedAway = 0;
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      house.knock('u');
      house.clock.advance(10);
      if (attempt % 100 === 0) await settled();
    }
    for (const { reason, retryAfterMs } of house.told('refused')) {
      if (reason !== 'rate') continue;
      turnedAway += 1;
      expect(retryAfterMs).toBeGreaterThan(0);
    }
    expect(turnedAway).toBeGreaterThan(500);
    expect(house.metrics.opened).toBe(5);
    expect(five.every(({ session }) => session.state === 'live')).toBe(true);
    const other = house.knock('v');
    expect(other.outcome).toBe('opened');
  });

  test('A12 FM-29 evicts nobody for a newcomer whom it would not let in', async () => {
    const house = new House({ onLimit: 'evict-oldest' });
    house.fill('u', 5);
    house.layer.setLimit('u', 3);
    house.fill('v', 4);
    house.clock.advance(1_000);
    const knocks = [house.knock('u'), house.knock('v', { limit: 1 })];
    house.clock.advance(1_200);
    await settled();
    expect(knocks.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    expect(house.causes).toEqual([]);
  });

  test('FM-29 evicts nobody for a newcomer whose socket is closed', async () => {
    const house = new House({ onLimit: 'evict-oldest', maxSessionsPerUser: 1 });
    house.connect('u', { roundTripMs: 50 });
    house.clock.advance(1_000);
    const knock = house.knock('u');
    knock.socket.claimed = 'closed';
    house.clock.advance(1_500);
    await settled();
    expect(house.causes).toEqual([]);
    expect(house.layer.count('u')).toBe(1);
  });

  test('I3 settles every waiter once, though a listener ends the session before it is evicted', async () => {
    const house = new House({ onLimit: 'evict-oldest', maxSessionsPerUser: 2 });
    house.fill('u', 2);
    house.clock.advance(1_000);
    house.layer.subscribe((event) => {
      if (event.type === 'evicted') house.layer.close(event.session, 'admin');
    });
    const [first, second] = [house.knock('u'), house.knock('u')];
    house.clock.advance(10);
    await settled();
    expect([first.outcome, second.outcome]).toEqual(['opened', 'refused']);
    expect(first.socket.closes).toEqual([]);
    expect([house.layer.count('u'), house.layer.waiting('u')]).toEqual([2, 0]);
  });
});
