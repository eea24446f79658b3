import { describe, expect, test } from 'vitest';
import { House } from '../sessions/house.ts';

describe('frames of a hostile client', () => {
  test.each([
    [
      'a prototype',
      '{"__proto__":{"polluted":1},"type":"message","data":{"__proto__":{"polluted":1}}}',
    ],
    ['a constructor', '{"constructor":{"prototype":{"polluted":1}},"type":"ping"}'],
    ['a type from the prototype', '{"__proto__":{"type":"ping"}}'],
    ['deep nesting', `{"type":"message","data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    [
      'a hundred thousand keys',
      `{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":0`).join()},"type":"ping"}`,
    ],
  ])('G13 takes %s for data or turns it away, and nothing else changes', (_what, text) => {
    const house = new House({}, { hooks: { onMessage: () => {} } });
    const other = house.connect('v');
    const { socket } = house.connect('u');
    socket.say(text);
    house.clock.advance(100);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(other.session.state).toBe('live');
    expect(house.told('fault')).toEqual([]);
  });

  test.each(['-1', '1.5', '1e999', '9007199254740992', '"1"', 'null', '[]', '5', undefined])(
    'D4 closes who acknowledges %s, which was never sent, and frees nothing',
    (offset) => {
      const house = new House();
      const { session, socket } = house.connect('u');
      house.layer.publish('u', { event: 'e' });
      socket.say(offset === undefined ? '{"type":"ack"}' : `{"type":"ack","offset":${offset}}`);
      expect(socket.closes).toEqual([{ code: 4400, reason: '{"r":"bad-frame"}' }]);
      expect(session.acked).toBe(0);
    },
  );
});
