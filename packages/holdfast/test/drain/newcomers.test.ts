import { describe, expect, test } from 'vitest';
import { House, settled } from '../sessions/house.ts';
import { Course, frozenSocket, wayOut } from './ways-out.ts';

const withinMs = 10_000;

describe('whoever comes to a drain', () => {
  test('is turned away and told to come back within what is left of it', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u', { roundTripMs: 500 });
    house.connect('ghost', { socket: frozenSocket(house) });
    house.clock.advance(1_000);
    const waiting = house.knock('u');
    expect(waiting.outcome).toBe('waiting');
    void house.layer.drain({ withinMs });
    await settled();
    expect(waiting.outcome).toBe('refused');
    await house.clock.settle(4_000);
    const late = Array.from({ length: 50 }, (_, index) => house.knock(`new${index}`));
    for (const { socket, outcome } of late) {
      expect(outcome).toBe('refused');
      const { code, r, retryMs = Number.NaN } = wayOut(socket);
      expect({ code, r }).toEqual({ code: 1012, r: 'drain' });
      expect(retryMs).toBeGreaterThanOrEqual(0);
      expect(retryMs).toBeLessThanOrEqual(withinMs - 4_000);
    }
    expect(new Set(late.map(({ socket }) => wayOut(socket).retryMs)).size).toBeGreaterThan(40);
    const { retryMs = Number.NaN } = wayOut(waiting.socket);
    expect(retryMs).toBeGreaterThanOrEqual(1_000);
    expect(retryMs).toBeLessThan(withinMs);
  });

  test('I1 gets no slot, though a listener has shut the door while it was on its way', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u', { roundTripMs: null });
    house.layer.subscribe(({ type }) => {
      if (type === 'limitHit') void house.layer.shutdown();
    });
    const { socket } = house.knock('u');
    expect(socket.closes).toEqual([{ code: 1012, reason: '{"r":"drain"}' }]);
    await house.clock.settle(2_500);
    await house.layer.shutdown();
    expect(house.layer.gauges()).toMatchObject({ sessions: 0, waiting: 0 });
  });

  test('is told of the drain, though a listener has begun it in between its slot and its socket', async () => {
    const house = new House();
    house.layer.subscribe(({ type }) => {
      if (type === 'opened') void house.layer.drain({ withinMs });
    });
    const { socket, outcome } = house.knock('u');
    expect(outcome).toBe('left');
    expect(wayOut(socket)).toMatchObject({ code: 1012, r: 'drain' });
    await house.clock.settle(500);
    expect(house.layer.isOver).toBe(true);
  });

  test('finds its reserved slot gone: a session that waits for its socket is closed', async () => {
    const house = new House();
    const admission = house.layer.open({ userId: 'u' });
    if (admission.outcome !== 'opened') throw new Error('expected a slot');
    const course = new Course(house, withinMs);
    await settled();
    expect(course.isOver).toBe(true);
    expect(house.causes).toEqual(['shutdown']);
    expect(() => house.layer.attach(admission.session, house.socket())).toThrow('that is closed');
  });
});
