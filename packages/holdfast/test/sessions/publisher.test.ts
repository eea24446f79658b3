import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { eventsOn, framesOn, House, settled, slowed } from './house.ts';

describe('publishing', () => {
  test('answers only what is true now', () => {
    const house = new House();
    expect(house.layer.publish('u', { event: 'e' })).toEqual({
      epoch: 'n',
      offset: 1,
      sessions: 0,
      outcome: 'queued',
    });
    house.fill('u', 2);
    expect(house.layer.publish('u', { event: 'e' })).toEqual({
      epoch: 'n',
      offset: 2,
      sessions: 2,
      outcome: 'queued',
    });
  });

  test('answers a repeated name the same, and publishes it once', () => {
    const house = new House();
    const { socket } = house.connect('u');
    const first = house.layer.publish('u', { event: 'e', data: 1 }, { id: 'order-7' });
    house.layer.publish('u', { event: 'other' });
    expect(house.layer.publish('u', { event: 'e', data: 2 }, { id: 'order-7' })).toEqual(first);
    expect(house.layer.publish('v', { event: 'e' }, { id: 'order-7' })).toMatchObject({
      offset: 1,
    });
    expect(eventsOn(socket)).toEqual(['e', 'other']);
  });

  test('takes a name again once its event has left the log', () => {
    const house = new House({ historyEvents: 2 });
    house.layer.publish('u', { event: 'e' }, { id: 'a' });
    for (let number = 0; number < 2; number += 1) house.layer.publish('u', { event: 'e' });
    expect(house.layer.publish('u', { event: 'e' }, { id: 'a' })).toMatchObject({ offset: 4 });
  });

  test.each([[''], ['x'.repeat(257)], [7], [null]])('refuses the name %j', (id) => {
    const house = new House();
    expect(() => house.layer.publish('u', { event: 'e' }, { id: id as string })).toThrow(
      UsageError,
    );
    expect(house.layer.gauges().logs).toBe(0);
  });

  test('I4 says overflow of an event that cannot be kept at all, and counts it', () => {
    const house = new House({ historyBytes: 2048 });
    const { socket } = house.connect('u');
    expect(house.layer.publish('u', { event: 'e', data: 'x'.repeat(3_000) })).toMatchObject({
      outcome: 'overflow',
      offset: 0,
    });
    expect(house.layer.publish('u', { event: 'small' })).toMatchObject({
      outcome: 'queued',
      offset: 1,
    });
    expect(eventsOn(socket)).toEqual(['small']);
    expect(house.told('lost')).toEqual([
      { type: 'lost', user: 'u', events: 1, reason: 'too-large' },
    ]);
  });

  test('I5 keeps nothing for a user before the first event', () => {
    const house = new House();
    house.fill('u', 5);
    expect(house.layer.gauges()).toMatchObject({ logs: 0, logBytes: 0 });
  });

  test('broadcasts to everybody who has a session, one body for all, and says to how many', async () => {
    const house = new House();
    const all = Array.from({ length: 100 }, (_, index) =>
      house.fill(`u${index}`, (index % 3) + 1),
    ).flat();
    house.layer.publish('absent', { event: 'e' });
    const broadcast = house.layer.broadcast({ event: 'news', data: 1 });
    await house.clock.settle(100, 10);
    expect(await broadcast).toEqual({
      users: 100,
      sessions: 199,
      outcome: 'queued',
    });
    for (const { socket } of all) expect(eventsOn(socket)).toEqual(['news']);
    expect(eventsOn(house.connect('absent').socket)).toEqual(['e']);
  });

  test('broadcasts in slices between which the loop polls, once to each user, whoever comes and goes', async () => {
    const house = new House();
    const sockets = Array.from({ length: 500 }, (_, index) => house.connect(`u${index}`).socket);
    const polls = slowed(house, 0.2);
    const broadcast = house.layer.broadcast({ event: 'news' });
    for (let index = 0; index < 50; index += 1) sockets[index]!.leave();
    for (let index = 0; index < 10; index += 1) house.connect(`u${index}`);
    await house.clock.settle(5_000, 5);
    const { users } = await broadcast;
    expect(polls()).toBeGreaterThan(3);
    expect(users).toBeGreaterThanOrEqual(450);
    for (const socket of sockets.slice(50)) expect(eventsOn(socket)).toEqual(['news']);
    for (const { socket } of [...house.layer.sessions()])
      expect(framesOn(socket as (typeof sockets)[number], 'event').length).toBeLessThanOrEqual(1);
  });

  test('broadcasts in shorter slices where writing is slow', async () => {
    const house = new House();
    for (let index = 0; index < 100; index += 1) house.connect(`u${index}`);
    const polls = slowed(house, 1);
    const broadcast = house.layer.broadcast({ event: 'news' });
    await house.clock.settle(500, 5);
    expect((await broadcast).users).toBe(100);
    expect(polls()).toBeGreaterThan(30);
  });

  test('says of a broadcast that no log can hold that nobody gets it', async () => {
    const house = new House({ historyBytes: 1024 });
    const { socket } = house.connect('u');
    const broadcast = house.layer.broadcast({ event: 'e', data: 'x'.repeat(2_000) });
    expect(await broadcast).toEqual({ users: 0, sessions: 0, outcome: 'overflow' });
    expect(eventsOn(socket)).toEqual([]);
    expect(house.told('lost')).toMatchObject([{ events: 1, reason: 'too-large' }]);
  });

  test('I4 two broadcasts at once reach everybody in one order, and nobody twice who reloads meanwhile', async () => {
    const house = new House();
    const all = Array.from({ length: 300 }, (_, index) => house.connect(`u${index}`));
    const both = [house.layer.broadcast({ event: 'b1' }), house.layer.broadcast({ event: 'b2' })];
    await settled();
    for (const { session } of all.slice(0, 20)) house.layer.close(session.id);
    const reloaded = house.connect('u0').socket;
    await house.clock.settle(500, 5);
    await Promise.all(both);
    for (const { socket } of all.slice(20)) expect(eventsOn(socket)).toEqual(['b1', 'b2']);
    const seen = [...eventsOn(all[0]!.socket), ...eventsOn(reloaded)];
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('says overflow of an event that all logs together have no room for', () => {
    const house = new House({ historyBytes: 1024, historyTotalBytes: 1024 });
    const published = house.layer.publish('u', { event: 'e', data: 'x'.repeat(700) });
    expect(published.outcome).toBe('overflow');
  });
});
