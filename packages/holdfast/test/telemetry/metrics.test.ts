import { describe, expect, test } from 'vitest';
import { closeCauses } from '../../src/protocol/close-causes.ts';
import type { CloseCause } from '../../src/protocol/close-causes.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { MinuteCount } from '../../src/telemetry/minute-count.ts';
import { House, settled } from '../sessions/house.ts';

const about = { session: 's', user: 'u' };

describe('the metrics', () => {
  test('count as cleaned up who was ended by clean-up or order, and nobody who left', () => {
    for (const [cause, { by }] of Object.entries(closeCauses)) {
      const metrics = new Metrics();
      metrics.record(
        { type: 'closed', ...about, cause: cause as CloseCause, ageMs: 1 } as Parameters<
          Metrics['record']
        >[0],
        0,
      );
      expect([metrics.closed, metrics.closedByCause.get(cause as never)]).toEqual([1, 1]);
      expect(metrics.cleaned).toBe(by === 'death' || by === 'order' ? 1 : 0);
    }
  });

  test('I12 have no label that comes from a user', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    for (let user = 0; user < 100; user += 1) {
      house.connect(`canary${user}`);
      house.knock(`canary${user}`);
    }
    const { metrics } = house;
    const labels = [
      metrics.openedByResult,
      metrics.closedByCause,
      metrics.limitHitsByAction,
      metrics.lostByReason,
    ].flatMap((counts) => [...counts.keys()]);
    expect(JSON.stringify(labels)).not.toContain('canary');
    expect(labels.length).toBeLessThan(10);
  });

  test('keep the peak of all sessions, and count by result, cause and reason', async () => {
    const house = new House({ maxSessionsPerUser: 2, historyBytes: 1024 });
    const two = house.fill('u', 2);
    house.clock.advance(2_000);
    house.knock('u');
    house.clock.advance(100);
    await settled();
    two[0]!.socket.leave();
    house.layer.publish('u', { event: 'e' });
    house.layer.publish('u', { event: 'e', data: 'x'.repeat(2_000) });
    const { metrics } = house;
    expect(metrics.peak).toBe(2);
    expect(metrics.opened - metrics.closed).toBe(1);
    expect(metrics.openedByResult).toEqual(
      new Map([
        ['opened', 2],
        ['user-limit', 1],
      ]),
    );
    expect(metrics.limitHitsByAction).toEqual(
      new Map([
        ['hit', 1],
        ['denied', 1],
      ]),
    );
    expect(metrics.closedByCause).toEqual(new Map([['client-close', 1]]));
    expect(metrics.lostByReason).toEqual(new Map([['too-large', 1]]));
    expect(metrics.published).toBe(1);
    expect(metrics.pressureReaps).toEqual({ triggered: 1, successful: 0, failed: 0 });
    expect(metrics.pingRoundTrip.count).toBe(2);
  });

  test('tell a reap that freed nothing of what it found as failed', () => {
    const metrics = new Metrics();
    metrics.record({ type: 'pressureReaped', user: 'u', examined: 5, found: 2, freed: 0 }, 0);
    metrics.record({ type: 'pressureReaped', user: 'u', examined: 5, found: 2, freed: 1 }, 0);
    metrics.record({ type: 'pressureReaped', user: 'u', examined: 5, found: 0, freed: 0 }, 0);
    expect(metrics.pressureReaps).toEqual({ triggered: 0, successful: 1, failed: 1 });
  });
});

describe('counts of the last minute', () => {
  test('forget what is older than a minute, to the second', () => {
    const count = new MinuteCount();
    for (let second = 0; second < 120; second += 1) count.add(second * 1_000);
    expect(count.total(119_999)).toBe(60);
    expect(count.total(150_000)).toBe(29);
    expect(count.total(179_000)).toBe(0);
    count.add(1_000_000);
    expect(count.total(1_000_999)).toBe(1);
  });
});

describe('the numbers of the seed', () => {
  test('are what the contract names, recounted at the moment of asking', () => {
    const house = new House({ environment: 'staging' });
    house.fill('u', 5);
    house.connect('v').socket.claimed = 'closed';
    house.layer.reapUser('v');
    expect(house.stats).toMatchObject({
      background_cleanup_task_started: true,
      background_cleanup_failures: 0,
      emergency_cleanup_triggers: 0,
      successful_emergency_cleanups: 0,
      failed_emergency_cleanups: 0,
      managers_created_per_minute: 6,
      managers_cleaned_up_per_minute: 1,
      resource_limit_hits: 0,
      users_at_manager_limit: 1,
      average_managers_per_user: 5,
      max_concurrent_managers: 6,
      managers_active: 5,
      managers_created: 6,
      managers_cleaned_up: 1,
      cleanup_interval_ms: 300_000,
      environment: 'staging',
    });
    house.clock.advance(61_000);
    expect(house.stats).toMatchObject({
      managers_created_per_minute: 0,
      managers_cleaned_up_per_minute: 0,
      managers_created: 6,
    });
    house.layer.closeUser('u');
    expect(house.stats).toMatchObject({
      average_managers_per_user: 0,
      managers_active: 0,
      oldest_manager_age_ms: 0,
      users_at_manager_limit: 0,
    });
  });
});
