import { describe, expect, test } from 'vitest';
import { resolveSettings, type SessionOptions, type Settings } from '../../src/core/options.ts';
import { eventsOn, framesOn, House, settled } from '../sessions/house.ts';

/** How an option shows: what is seen without it, and with it. */
interface Proof {
  readonly given: SessionOptions;
  readonly observe: (options: SessionOptions) => unknown;
  readonly without: unknown;
  readonly withIt: unknown;
}

/** When, by the clock of the house, something first happened to a fresh session; null when it did not within the time. */
function firstMs(house: House, limitMs: number, happened: () => boolean): number | null {
  const from = house.clock.nowMs();
  while (!happened() && house.clock.nowMs() - from < limitMs) house.clock.advance(50);
  return happened() ? house.clock.nowMs() - from : null;
}

function gapsAfter(options: SessionOptions, events: number, bytes = 10): unknown {
  const house = new House(options);
  const { socket } = house.connect('u');
  socket.outcome = 'queued';
  house.layer.publish('u', { event: 'first' });
  socket.outcome = 'ok';
  for (let number = 0; number < events; number += 1)
    house.layer.publish('u', { event: 'e', data: 'x'.repeat(bytes) });
  socket.owner.drained();
  return framesOn(socket, 'gap').length;
}

const proofs: { readonly [K in keyof Settings]: Proof } = {
  maxSessionsPerUser: {
    given: { maxSessionsPerUser: 2 },
    without: 5,
    withIt: 2,
    observe: (options) => {
      const house = new House(options);
      for (let attempt = 0; attempt < 10; attempt += 1) house.knock('u');
      return house.layer.count('u');
    },
  },
  onLimit: {
    given: { onLimit: 'evict-oldest' },
    without: [],
    withIt: ['evicted'],
    observe: (options) => {
      const house = new House(options);
      house.fill('u', 5);
      house.knock('u');
      house.clock.advance(100);
      return house.causes;
    },
  },
  pingIntervalMs: {
    given: { pingIntervalMs: 60_000 },
    without: 25_000,
    withIt: 60_000,
    observe: (options) => {
      const house = new House(options);
      const { socket } = house.connect('u');
      return firstMs(house, 100_000, () => socket.pings > 0);
    },
  },
  pingTimeoutMs: {
    given: { pingTimeoutMs: 5_000 },
    without: 10,
    withIt: 5,
    observe: (options) => {
      const house = new House(options);
      const { socket } = house.connect('u');
      socket.isFrozen = true;
      firstMs(house, 100_000, () => socket.pings > 0);
      return Math.round(firstMs(house, 100_000, () => house.causes.length > 0)! / 1_000);
    },
  },
  probeTimeoutMs: {
    given: { probeTimeoutMs: 3_000 },
    without: 1,
    withIt: 3,
    observe: (options) => {
      const house = new House({ maxSessionsPerUser: 1, ...options });
      house.connect('u').socket.isFrozen = true;
      house.clock.advance(4_000);
      const knock = house.knock('u');
      return Math.round(firstMs(house, 100_000, () => knock.socket.written.length > 0)! / 1_000);
    },
  },
  pressurePingIntervalMs: {
    given: { pressurePingIntervalMs: 2_000 },
    without: 5_000,
    withIt: 2_000,
    observe: (options) => {
      const house = new House(options);
      const [first] = house.fill('u', 5);
      return firstMs(house, 100_000, () => first!.socket.pings > 0);
    },
  },
  environment: {
    given: { environment: 'ci' },
    without: 300_000,
    withIt: 30_000,
    observe: (options) => {
      const house = new House(options);
      return firstMs(house, 400_000, () => house.told('swept').length > 0);
    },
  },
  cleanupIntervalMs: {
    given: { cleanupIntervalMs: 7_000 },
    without: 300_000,
    withIt: 7_000,
    observe: (options) => {
      const house = new House(options);
      return firstMs(house, 400_000, () => house.told('swept').length > 0);
    },
  },
  openTimeoutMs: {
    given: { openTimeoutMs: 3_000 },
    without: 10,
    withIt: 3,
    observe: (options) => {
      const house = new House(options);
      house.layer.open({ userId: 'u' });
      return Math.round(
        firstMs(house, 100_000, () => house.causes.includes('open-timeout'))! / 1_000,
      );
    },
  },
  resumeWindowMs: {
    given: { resumeWindowMs: 5_000 },
    without: ['e'],
    withIt: [],
    observe: (options) => {
      const house = new House(options);
      house.layer.publish('u', { event: 'e' });
      house.clock.advance(60_000);
      return eventsOn(house.connect('u').socket);
    },
  },
  historyEvents: {
    given: { historyEvents: 3 },
    without: 0,
    withIt: 1,
    observe: (options) => gapsAfter(options, 10),
  },
  historyBytes: {
    given: { historyBytes: 1024 },
    without: 0,
    withIt: 1,
    observe: (options) => gapsAfter(options, 10, 200),
  },
  historyTotalBytes: {
    given: { historyTotalBytes: 4096 },
    without: true,
    withIt: false,
    observe: (options) => {
      const house = new House({ historyBytes: 4096, ...options });
      for (let user = 0; user < 10; user += 1)
        house.layer.publish(`u${user}`, { event: 'e', data: 'x'.repeat(1000) });
      return house.layer.gauges().logBytes > 4096;
    },
  },
  maxUnconfirmedBytes: {
    given: { maxUnconfirmedBytes: 4096 },
    without: 20,
    withIt: 3,
    observe: (options) => {
      const house = new House(options);
      const { socket } = house.connect('u');
      socket.isFrozen = true;
      for (let number = 0; number < 20; number += 1)
        house.layer.publish('u', { event: 'e', data: 'x'.repeat(1000) });
      return eventsOn(socket).length;
    },
  },
  onSlow: {
    given: { onSlow: 'close' },
    without: [],
    withIt: ['slow'],
    observe: (options) => {
      const house = new House({ historyEvents: 3, ...options });
      const { socket } = house.connect('u');
      socket.outcome = 'queued';
      for (let number = 0; number < 10; number += 1) house.layer.publish('u', { event: 'e' });
      socket.outcome = 'ok';
      socket.owner.drained();
      return house.causes;
    },
  },
  messageRate: {
    given: { messageRate: 10 },
    without: 50,
    withIt: 10,
    observe: (options) => {
      const house = new House(options);
      const { socket } = house.connect('u');
      for (let number = 0; number < 100; number += 1) socket.say({ type: 'ping' });
      expect(socket.closes[0]?.code).toBe(1008);
      return framesOn(socket, 'pong').length;
    },
  },
  userConnectRate: {
    given: { userConnectRate: { perSecond: 1, burst: 3 } },
    without: 100,
    withIt: 3,
    observe: (options) => {
      const house = new House(options);
      for (let number = 0; number < 100; number += 1) house.knock('u').socket.leave();
      return house.metrics.opened;
    },
  },
  hookTimeoutMs: {
    given: { hookTimeoutMs: 500 },
    without: 2_000,
    withIt: 500,
    observe: (options) => {
      const house = new House(options, { hooks: { onSession: () => new Promise(() => {}) } });
      house.connect('u');
      return firstMs(house, 10_000, () => house.causes.includes('failed'));
    },
  },
};

describe('every option of a session layer', () => {
  test('FM-62 has a test that sees what it does', () => {
    expect(Object.keys(proofs).toSorted()).toEqual(Object.keys(resolveSettings()).toSorted());
  });

  test.each(Object.entries(proofs))(
    'FM-62 shows: %s',
    async (name, { given, observe, without, withIt }) => {
      expect(Object.keys(given)).toEqual([name]);
      expect(observe({})).toEqual(without);
      expect(observe(given)).toEqual(withIt);
      await settled();
    },
  );

  test('FM-62 refuses an option that nothing reads', () => {
    expect(() => new House({ maxSessions: 3 } as SessionOptions)).toThrow('got `maxSessions`');
  });
});
