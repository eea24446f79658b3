import { describe, expect, test } from 'vitest';
import { logLineOf } from '../../src/telemetry/log-line.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { House } from '../sessions/house.ts';

describe('the sweep in the background', () => {
  test.each([1, 2, 3, 4, 5])(
    'FM-58 B5 I6 tells each of %i failed starts, tries again with back-off and starts',
    (times) => {
      const clock = new ManualClock();
      const after = clock.after.bind(clock);
      let left = times;
      clock.after = (ms, callback) => {
        if (ms === 30_000 && left > 0) {
          left -= 1;
          throw new Error('no timer to be had');
        }
        return after(ms, callback);
      };
      const layer = new SessionLayer({ environment: 'test' }, { clock });
      const events: SessionEvent[] = [];
      layer.subscribe((event) => events.push(event));
      for (let second = 0; second < 40; second += 1) {
        expect(layer.open({ userId: `u${second}` }).outcome).toBe('opened');
        clock.advance(1_000);
      }
      expect(layer.health().cleanup).toMatchObject({ running: true, failures: times });
      expect(events.filter(({ type }) => type === 'sweepStarted')).toHaveLength(1);
      expect(events.filter(({ type }) => type === 'sweepFailed')).toHaveLength(times - 1);
      clock.advance(60_000);
      expect(events.filter(({ type }) => type === 'swept').length).toBeGreaterThan(0);
    },
  );

  test('B5 FM-58 says so while it could not be started, and starts by itself', () => {
    const clock = new ManualClock();
    clock.timerError = new Error('no timer to be had');
    const layer = new SessionLayer({ environment: 'test' }, { clock });
    expect(layer.health()).toMatchObject({ status: 'degraded', cleanup: { running: false } });
    expect(layer.health().faults.map(({ where }) => where)).toContain('sweep');
    expect(layer.open({ userId: 'u' }).outcome).toBe('opened');
    clock.timerError = null;
    layer.health();
    expect(layer.health().cleanup.running).toBe(true);
  });

  test('FM-58 waits longer after each failure to start, when nobody comes', () => {
    const clock = new ManualClock();
    const after = clock.after.bind(clock);
    const attempts: number[] = [];
    clock.after = (ms, callback) => {
      if (ms !== 30_000) return after(ms, callback);
      attempts.push(clock.nowMs());
      if (attempts.length <= 4) throw new Error('no timer to be had');
      return after(ms, callback);
    };
    const layer = new SessionLayer({ environment: 'test' }, { clock });
    clock.advance(60_000);
    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(gaps.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(layer.health().cleanup).toMatchObject({ running: true, failures: 4 });
  });

  test('FM-59 sees to a burst of newcomers that come first of all, and sweeps though nobody comes', () => {
    const busy = new House({ environment: 'test' });
    for (let connect = 0; connect < 25; connect += 1) {
      const { socket } = busy.connect('u');
      if (connect < 20) socket.end('lost');
      busy.clock.advance(66);
      if (connect >= 20) continue;
      expect(busy.layer.count('u')).toBe(0);
    }
    expect(busy.told('refused')).toEqual([]);
    const idle = new House({ environment: 'test' });
    idle.clock.advance(60_000);
    expect(idle.told('swept')).toHaveLength(2);
  });

  test('FM-60 B6 runs again within an interval after its timer was lost, and says meanwhile that it does not', () => {
    for (const enter of [
      (house: House) => void house.connect('u'),
      (house: House) => void house.layer.health(),
    ]) {
      const house = new House({ environment: 'test' });
      house.clock.loseTimers();
      house.clock.advance(36_000);
      const before = house.told('swept').length;
      expect(before).toBe(0);
      enter(house);
      house.clock.advance(30_000);
      expect(house.told('swept').length).toBeGreaterThan(before);
      expect(house.layer.health().cleanup.running).toBe(true);
    }
    const house = new House({ environment: 'test' });
    house.clock.loseTimers();
    house.clock.advance(36_000);
    expect(house.layer.health()).toMatchObject({ status: 'degraded', cleanup: { running: false } });
  });

  test('FM-61 B4 I6 sweeps all others past a poisoned session, and degrades health until it is over', () => {
    const house = new House({ environment: 'test' });
    const poisoned = house.connect('p');
    const dead = Array.from({ length: 5 }, (_, index) => house.connect(`d${index}`));
    poisoned.socket.throwing.add('transport');
    for (const { socket } of dead) socket.claimed = 'closed';
    house.clock.advance(30_100);
    expect(dead.every(({ session }) => session.state === 'closed')).toBe(true);
    expect(house.layer.health().status).toBe('degraded');
    house.clock.advance(10_000);
    expect(house.told('sweepFailed').map(({ inARow }) => inARow)).toEqual([1, 2, 3, 4]);
    expect(house.told('sweepFailed').map(({ retryAfterMs }) => retryAfterMs)).toEqual([
      1_000, 2_000, 4_000, 8_000,
    ]);
    expect(house.stats.background_cleanup_failures).toBe(4);
    expect(house.told('sweepFailed').map((event) => logLineOf(event)?.level)).toEqual([
      'warn',
      'warn',
      'error',
      'error',
    ]);
    expect(house.told('fault').map(({ where }) => where)).toContain('sweep');
    house.clock.advance(5 * 60_000);
    expect(house.layer.health().faults).toMatchObject([
      { where: 'socket' },
      {
        where: 'sweep',
        forMs: 310_100,
        error: `Error: Could not look at session ${poisoned.session.id}: Error: transport failed, as asked`,
      },
    ]);
    poisoned.socket.throwing.clear();
    house.clock.advance(2 * 60_000);
    expect(house.layer.health()).toMatchObject({ status: 'ok', faults: [] });
    expect(poisoned.session.state).toBe('live');
  });

  test('B4 I10 lets newcomers in over the dead although every sweep fails', () => {
    const house = new House({ environment: 'test' });
    house.connect('p').socket.throwing.add('transport');
    const five = house.fill('u', 5);
    house.clock.advance(35_000);
    for (const { socket } of five) socket.isFrozen = true;
    house.clock.advance(6_200);
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.stats.successful_emergency_cleanups).toBe(1);
  });

  test('FM-62 ends the dead without anybody coming, and without the heartbeat', () => {
    const house = new House({ environment: 'test' });
    const dead = Array.from({ length: 5 }, (_, index) =>
      house.connect(`d${index}`, {
        socket: Object.assign(house.socket(), { canPing: false }),
      }),
    );
    house.clock.advance(1_000);
    for (const { socket } of dead) socket.claimed = 'closed';
    house.clock.advance(30_000);
    expect(house.layer.gauges().sessions).toBe(0);
    expect(house.metrics.sweep.reaped + house.metrics.closed).toBeGreaterThanOrEqual(5);
  });

  test.each([
    ['an open', (house: House) => void house.layer.open({ userId: 'u' })],
    ['a session that is attached', (house: House) => void house.connect('u')],
    ['a look at health', (house: House) => void house.layer.health()],
  ])('FM-63 runs within an interval after %s, though its first start failed', (_what, enter) => {
    const house = new House({ environment: 'test' });
    house.clock.loseTimers();
    house.clock.timerError = new Error('no timer to be had');
    house.clock.advance(40_000);
    enter(house);
    expect(house.layer.health().cleanup.running).toBe(false);
    house.clock.timerError = null;
    enter(house);
    house.clock.advance(30_000);
    expect(house.told('swept').length).toBeGreaterThan(0);
  });

  test('I6 finds drift between registry and sockets, puts it right and says so', () => {
    const house = new House({ environment: 'test' });
    const { session, socket } = house.connect('u');
    socket.owner = house.connect('v').session;
    house.clock.advance(30_100);
    expect(socket.owner).toBe(session);
    expect(house.told('swept').at(-1)).toMatchObject({ drift: 1 });
    expect(house.layer.gauges().drift).toBe(1);
    expect(house.layer.health()).toMatchObject({ status: 'degraded' });
    house.clock.advance(90_000);
    expect(house.layer.gauges().drift).toBe(0);
    expect(house.layer.health()).toMatchObject({ status: 'ok' });
  });

  test('I5 has no timer left after the shutdown, whoever asks afterwards', async () => {
    const house = new House();
    house.fill('u', 3);
    const shutdown = house.layer.shutdown();
    await house.clock.settle(3_000);
    await shutdown;
    house.layer.health();
    house.layer.open({ userId: 'u' });
    house.clock.advance(1_000);
    expect(house.clock.timerCount).toBe(0);
    expect(house.told('sweepStarted')).toEqual([]);
  });
});
