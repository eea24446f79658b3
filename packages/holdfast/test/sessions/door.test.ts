import { describe, expect, test } from 'vitest';
import { lingerMs } from '../../src/sessions/lingering.ts';
import { House } from './house.ts';

describe('the one door', () => {
  test.each([
    ['close-frame', undefined, 'client-close'],
    ['fin', undefined, 'connection-lost'],
    ['lost', undefined, 'connection-lost'],
    ['invalid', 1009, 'too-big'],
    ['invalid', 1007, 'invalid-frame'],
    ['invalid', undefined, 'invalid-frame'],
  ] as const)('names the cause of the end %s %s: %s', (sign, code, cause) => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.owner.ending(sign, code);
    expect(house.causes).toEqual([cause]);
  });

  test('I7 lets everybody out once, with the cause of who came first', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    const owner = socket.owner;
    owner.ending('close-frame');
    owner.ending('lost');
    owner.gone();
    expect(house.layer.close(session.id, 'admin')).toBe(false);
    expect(house.layer.closeUser('u')).toEqual([]);
    expect(house.causes).toEqual(['client-close']);
  });

  test('I1 has the slot free before anybody is told', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const counts: number[] = [];
    house.layer.subscribe(({ type }) => {
      if (type === 'closed') counts.push(house.layer.count('u'));
    });
    house.connect('u').socket.leave();
    expect(counts).toEqual([0]);
  });

  test('tells the whole life of a session in order', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    house.clock.advance(1_000);
    house.layer.close(session.id, 'admin', 'by hand');
    house.clock.advance(lingerMs + 100);
    expect(socket.isTerminated).toBe(true);
    const about = { session: session.id, user: 'u' };
    expect(house.events).toEqual([
      { type: 'opened', ...about, workMs: 0, waitedMs: 0 },
      { type: 'attached', ...about },
      { type: 'closed', ...about, cause: 'admin', ageMs: 1_000, note: 'by hand' },
    ]);
  });

  test('never sends the words of an administrator', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    house.layer.close(session.id, 'admin', 'by hand');
    expect(JSON.stringify([socket.written, socket.closes])).not.toContain('by hand');
  });
});
