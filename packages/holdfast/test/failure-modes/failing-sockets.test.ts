import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { lingerMs } from '../../src/sessions/lingering.ts';
import type { SessionSocket } from '../../src/sessions/socket.ts';
import { House } from '../sessions/house.ts';

describe('sockets that fail', () => {
  test.each([
    ['close', 'terminate'],
    ['send', 'close'],
    ['transport', 'close'],
    ['transport', 'terminate'],
  ])('C10 frees the slot by a deadline and counts it when %s and %s throw', (one, other) => {
    const house = new House();
    const { session, socket } = house.connect('u');
    const healthy = house.connect('v');
    socket.isFrozen = true;
    socket.throwing.add(one).add(other);
    house.clock.advance(40_000);
    expect(session.state).toBe('closed');
    expect(house.layer.count('u')).toBe(0);
    expect(house.faultsOf('socket')).toBeGreaterThan(0);
    house.clock.advance(lingerMs + 100);
    expect(house.layer.gauges().lingering).toBe(0);
    expect(healthy.session.state).toBe('live');
  });

  test('C10 I6 takes a pong from a socket whose transport cannot be asked', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    house.clock.advance(24_000);
    socket.throwing.add('transport');
    house.clock.advance(30_000);
    expect(session.state).toBe('live');
    expect(house.faultsOf('socket')).toBeGreaterThan(0);
  });

  test('C10 I2 calls nobody dead for a ping that could not be sent, and counts that', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    socket.throwing.add('ping');
    house.clock.advance(60_000);
    expect(session.state).toBe('live');
    expect(house.faultsOf('socket')).toBeGreaterThan(0);
    socket.throwing.clear();
    socket.isFrozen = true;
    house.clock.advance(40_000);
    expect(house.causes).toEqual(['no-pong']);
  });

  test('C10 frees the slot of a newcomer whose every method throws', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const socket = house.socket();
    for (const method of ['send', 'ping', 'close', 'terminate', 'transport'])
      socket.throwing.add(method);
    expect(house.layer.open({ userId: 'u', socket }).outcome).toBe('left');
    expect(house.layer.count('u')).toBe(0);
    expect(house.told('attached')).toEqual([]);
    expect(house.knock('u').outcome).toBe('opened');
  });

  test.each(['transport', 'send', 'ping', 'close', 'terminate'])(
    'FM-84 refuses a socket without the method %s and names it',
    (method) => {
      const house = new House({ maxSessionsPerUser: 1 });
      const socket = Object.assign(house.socket(), { [method]: undefined }) as SessionSocket;
      const open = (): unknown => house.layer.open({ userId: 'u', socket });
      expect(open).toThrow(UsageError);
      expect(open).toThrow(new RegExp(`method \`${method}\``));
      expect(house.layer.count('u')).toBe(0);
      const { session } = house.layer.open({ userId: 'u' }) as {
        session: Parameters<House['layer']['attach']>[0];
      };
      expect(() => house.layer.attach(session, socket)).toThrow(new RegExp(`method \`${method}\``));
      expect(session.state).toBe('opening');
    },
  );

  test('FM-84 types refuse a socket that lacks a method', () => {
    const house = new House();
    const partial = {
      owner: house.socket().owner,
      canPing: true,
      transport: () => 'open' as const,
      send: () => 'ok' as const,
      ping: () => {},
      close: () => {},
    };
    // @ts-expect-error `terminate` is missing
    expect(() => house.layer.open({ userId: 'u', socket: partial })).toThrow('`terminate`');
    expect(() =>
      house.layer.open({ userId: 'u', socket: null as unknown as SessionSocket }),
    ).toThrow('a socket of an adapter');
  });
});
