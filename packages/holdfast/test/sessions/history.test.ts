import { describe, expect, test } from 'vitest';
import { hashOf } from '../../src/core/hash.ts';
import { eventsOn, framesOn, House, settled } from './house.ts';

describe('the history', () => {
  test('I12 keeps the newest of a log bounded in events', () => {
    const house = new House({ historyEvents: 10 });
    for (let number = 1; number <= 15; number += 1)
      house.layer.publish('u', { event: `e${number}` });
    const { socket } = house.connect('u');
    expect(framesOn(socket, 'gap')).toMatchObject([{ from: 1, to: 5, offset: 5 }]);
    expect(eventsOn(socket)).toEqual(Array.from({ length: 10 }, (_, index) => `e${index + 6}`));
  });

  test('I12 keeps a log bounded in bytes, and all logs together, the quietest giving way first', () => {
    const house = new House({ historyBytes: 10_000, historyTotalBytes: 26_000 });
    for (let number = 0; number < 50; number += 1)
      house.layer.publish('u', { event: 'e', data: 'x'.repeat(900) });
    expect(house.layer.gauges().logBytes).toBeLessThanOrEqual(15_000);
    for (const user of ['v', 'w'])
      for (let number = 0; number < 9; number += 1)
        house.layer.publish(user, { event: 'e', data: 'x'.repeat(900) });
    expect(house.layer.gauges().logBytes).toBeLessThanOrEqual(26_000);
    expect(eventsOn(house.connect('w').socket)).toHaveLength(9);
    expect(eventsOn(house.connect('v').socket)).toHaveLength(9);
    const { socket } = house.connect('u');
    expect(eventsOn(socket).length).toBeLessThan(9);
    expect(framesOn(socket, 'gap')).toHaveLength(1);
  });

  test('I12 counts what users share of a broadcast once, until the last of them has let it go', async () => {
    const house = new House({ historyEvents: 4, historyTotalBytes: 4 * 1024 * 1024 });
    for (let user = 0; user < 100; user += 1) house.connect(`u${user}`);
    const broadcast = async (): Promise<void> => {
      const outcome = house.layer.broadcast({ event: 'e', data: 'x'.repeat(100_000) });
      await settled();
      house.clock.advance(1);
      expect(await outcome).toMatchObject({ users: 100, outcome: 'queued' });
    };
    await broadcast();
    const { logBytes } = house.layer.gauges();
    expect(logBytes).toBeGreaterThan(100_000);
    expect(logBytes).toBeLessThan(300_000);
    for (let number = 2; number <= 10; number += 1) await broadcast();
    expect(house.layer.gauges().logBytes - logBytes).toBeGreaterThan(300_000);
    expect(house.layer.gauges().logBytes - logBytes).toBeLessThan(320_000);
    for (let number = 0; number < 4; number += 1)
      for (let user = 0; user < 100; user += 1) house.layer.publish(`u${user}`, { event: 'e' });
    expect(house.layer.gauges().logBytes).toBeLessThan(200_000);
    expect(house.told('lost')).toEqual([]);
  });

  test('I12 holds all logs to their bound also where they share what they hold', async () => {
    const house = new House({ historyTotalBytes: 1024 * 1024, historyBytes: 512 * 1024 });
    for (let user = 0; user < 10; user += 1) house.connect(`u${user}`);
    for (let number = 0; number < 10; number += 1) {
      const outcome = house.layer.broadcast({ event: 'e', data: 'x'.repeat(300_000) });
      house.clock.advance(1);
      await outcome;
      expect(house.layer.gauges().logBytes).toBeLessThanOrEqual(1024 * 1024);
    }
  });

  test('I5 lets the log of an absent user go after the resume window, and counts what nobody received', () => {
    const house = new House({ resumeWindowMs: 60_000 });
    for (let number = 0; number < 3; number += 1) house.layer.publish('absent', { event: 'e' });
    const { socket } = house.connect('u');
    house.layer.publish('u', { event: 'e' });
    house.clock.advance(50_000);
    house.layer.publish('absent', { event: 'e' });
    house.clock.advance(50_000);
    expect(house.layer.gauges().logs).toBe(2);
    house.clock.advance(15_000);
    expect(house.layer.gauges().logs).toBe(1);
    expect(house.told('lost')).toEqual([
      { type: 'lost', user: 'absent', events: 4, reason: 'expired' },
    ]);
    house.clock.advance(600_000);
    expect(house.layer.gauges().logs).toBe(1);
    socket.leave();
    house.clock.advance(55_000);
    expect(house.layer.gauges().logs).toBe(1);
    house.clock.advance(70_000);
    expect(house.layer.gauges()).toMatchObject({ logs: 0, logBytes: 0 });
    expect(house.told('lost')).toHaveLength(1);
  });

  test('I4 never gives an offset of an epoch twice, though a log has come and gone', () => {
    const house = new House({ resumeWindowMs: 1_000 });
    for (let number = 0; number < 5; number += 1) house.layer.publish('u', { event: 'e' });
    house.clock.advance(5_000);
    expect(house.layer.gauges().logs).toBe(0);
    expect(framesOn(house.connect('u').socket, 'ready')).toMatchObject([{ epoch: 'n', offset: 5 }]);
    expect(house.layer.publish('u', { event: 'e' })).toMatchObject({ epoch: 'n', offset: 6 });
  });

  test('I4 tells of no gap where a log begins behind those of others that are gone', () => {
    const house = new House({ resumeWindowMs: 60_000 });
    const { socket } = house.connect('u');
    house.layer.publish(sharerOf('u'), { event: 'e' });
    house.clock.advance(100_000);
    expect(house.layer.gauges().logs).toBe(0);
    house.layer.publish('u', { event: 'e' });
    expect(framesOn(socket, 'gap')).toEqual([]);
    expect(framesOn(socket, 'event')).toMatchObject([{ offset: 2 }]);
  });

  test('I4 leaves the log alone when a session is reaped, evicted or closed', () => {
    const house = new House({ onLimit: 'evict-oldest', maxSessionsPerUser: 1 });
    for (const end of ['reap', 'evict', 'close'] as const) {
      const { socket } = house.connect('u');
      socket.isFrozen = true;
      socket.outcome = 'queued';
      house.layer.publish('u', { event: 'taken' });
      house.layer.publish('u', { event: end });
      if (end === 'close') house.layer.closeUser('u');
      else if (end === 'reap') house.clock.advance(40_000);
      const { socket: next } = house.knock('u');
      house.clock.advance(60);
      socket.owner.heard();
      expect(eventsOn(next)).toEqual([end]);
      next.leave();
    }
    expect(house.told('lost')).toEqual([]);
  });
});

/** Another user of whom, once their logs are gone, is known what is known of this one: see LogEnds. */
function sharerOf(userId: string): string {
  const group = hashOf(userId) & 0xff_ff;
  for (let number = 0; ; number += 1) {
    const other = `other-${number}`;
    if ((hashOf(other) & 0xff_ff) === group) return other;
  }
}
