import { describe, expect, test } from 'vitest';
import { eventsOn, House } from '../sessions/house.ts';
import { memoryOf, readyOn } from './client.ts';

const minuteMs = 60_000;

function publishEach(house: House, minutes: number): void {
  for (let minute = 0; minute < minutes; minute += 1) {
    for (let number = 0; number < 10; number += 1)
      house.layer.publish('u', { event: 'e', data: 'x'.repeat(1_000) });
    house.clock.advance(minuteMs);
  }
}

describe('a log whose user is here', () => {
  test('I12 I5 holds what a client can come back for, and not what nobody can', () => {
    const house = new House();
    house.connect('u');
    publishEach(house, 10);
    const { logBytes } = house.layer.gauges();
    publishEach(house, 600);
    expect(house.layer.gauges().logBytes).toBeLessThan(logBytes * 1.5);
    expect(logBytes).toBeLessThan(100_000);
    expect(house.told('lost')).toEqual([]);
  });

  test('I4 holds everything for a client that comes back at the end of its window, however long the others stay', () => {
    const house = new House();
    house.connect('u');
    const { socket } = house.connect('u');
    publishEach(house, 20);
    const memory = memoryOf(socket);
    socket.isFrozen = true;
    publishEach(house, 2);
    house.clock.advance(25_000);
    const { socket: back } = house.connect('u', { resume: memory });
    expect(readyOn(back)).toMatchObject({ resume: { outcome: 'replayed', replayed: 20 } });
    expect(eventsOn(back)).toHaveLength(20);
  });

  test('I4 tells a client that comes back much later from where to where its events have expired', () => {
    const house = new House();
    house.connect('u');
    const { socket } = house.connect('u');
    publishEach(house, 1);
    const memory = memoryOf(socket);
    socket.leave();
    publishEach(house, 20);
    const resume = readyOn(house.connect('u', { resume: memory }).socket)['resume'];
    expect(resume).toMatchObject({ outcome: 'gap', reason: 'expired', from: 11 });
    expect(house.told('lost')).toMatchObject([{ reason: 'expired' }]);
  });

  test('I4 keeps what a session that is here has not confirmed, however old it is', () => {
    const house = new House();
    house.connect('u');
    const chatty = house.connect('u');
    // Whoever is heard all the time is never pinged, and so never confirms anything but by its word.
    for (let minute = 0; minute < 30; minute += 1) {
      house.layer.publish('u', { event: 'e' });
      for (let step = 0; step < 12; step += 1) {
        house.clock.advance(5_000);
        chatty.socket.say({ type: 'ping' });
      }
    }
    expect(chatty.session.acked).toBe(0);
    const resume = { ...memoryOf(chatty.socket), offset: 0 };
    const { socket } = house.connect('u', { resume });
    expect(readyOn(socket)).toMatchObject({ resume: { outcome: 'replayed', replayed: 30 } });
  });
});
