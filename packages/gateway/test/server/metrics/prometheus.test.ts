import { open } from 'node:fs/promises';
import { Metrics, SessionLayer } from 'holdfast';
import { FakeSocket, ManualClock } from 'holdfast/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayFaults } from '../../../src/server/gateway-faults.ts';
import { LoopLag } from '../../../src/server/metrics/loop-lag.ts';
import { PrometheusText } from '../../../src/server/metrics/prometheus.ts';
import { localSeatOf } from '../../../src/server/sessions/seat.ts';
import { idleStore } from './idle-store.ts';
import { parseExposition, type Sample, valueOf } from './exposition.ts';

const rollout = { stage: 'partial', percent: 10, rollbacks: new Map([['memory', 1]]) } as const;

const names = `holdfast_sessions_active gauge state
holdfast_sessions_opened_total counter result
holdfast_sessions_closed_total counter cause
holdfast_limit_hits_total counter action
holdfast_pressure_reaps_total counter result
holdfast_evictions_total counter policy
holdfast_sweep_up gauge
holdfast_sweep_runs_total counter
holdfast_sweep_failures_total counter
holdfast_admission_duration_seconds histogram le
holdfast_admission_wait_seconds histogram le
holdfast_waiting gauge
holdfast_ping_round_trip_seconds histogram le
holdfast_resume_total counter outcome
holdfast_token_refreshes_total counter result
holdfast_events_published_total counter
holdfast_events_lost_total counter reason
holdfast_unconfirmed_bytes gauge
holdfast_log_bytes gauge
holdfast_webhooks_total counter result
holdfast_webhook_retries_total counter
holdfast_webhooks_queued gauge
holdfast_users_at_limit gauge
holdfast_users_connected gauge
holdfast_sessions_overdue gauge
holdfast_registry_drift gauge
holdfast_faults_total counter where
holdfast_event_loop_lag_seconds gauge
holdfast_store_up gauge
holdfast_store_drift gauge
holdfast_cluster_nodes gauge
holdfast_store_acts_total counter act
holdfast_store_act_failures_total counter act
holdfast_store_act_duration_seconds histogram le
holdfast_lease_lost_total counter
holdfast_repairs_total counter what
holdfast_would_refuse_total counter reason
holdfast_would_reap_total counter cause
holdfast_spared_sessions gauge
holdfast_rollout_stage gauge stage
holdfast_rollout_percent gauge
holdfast_rollbacks_total counter trigger
process_start_time_seconds gauge
process_resident_memory_bytes gauge
process_cpu_seconds_total counter
process_max_fds gauge
process_open_fds gauge`
  .split('\n')
  .map((line) => line.split(' '));

let clock: ManualClock;
let layer: SessionLayer;
let lag: LoopLag;
let faults: GatewayFaults;
let text: PrometheusText;

beforeEach(() => {
  clock = new ManualClock();
  layer = new SessionLayer({}, { clock });
  const metrics = new Metrics();
  layer.subscribe((event) => metrics.record(event, clock.nowMs()));
  lag = new LoopLag();
  faults = new GatewayFaults({ now: () => 0, tell: () => {} });
  const shared = { store: idleStore(), seat: localSeatOf(layer) };
  text = new PrometheusText({ layer, metrics, faults, lag, webhooks: null, rollout, ...shared });
});
afterEach(() => {
  lag.stop();
});

async function scrape(): Promise<readonly Sample[]> {
  return parseExposition(await text.read()).samples;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

/** What all samples of this name and with these labels come to. */
function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, is]) => sample.labels[key] === is))
    .reduce((total, { value }) => total + value, 0);
}

function openedLessClosed(samples: readonly Sample[]): number {
  const opened = sumOf(samples, 'holdfast_sessions_opened_total', { result: 'opened' });
  return opened - sumOf(samples, 'holdfast_sessions_closed_total');
}

/** Without what the machine changes between two scrapes. */
const settled = (list: readonly Sample[]): readonly Sample[] =>
  list.filter(({ family }) => !/^(?:process_|holdfast_event_loop_lag_seconds)/.test(family));

describe('the metrics', () => {
  it('are those of the contract, each with HELP and TYPE', async () => {
    faults.report('http', new Error('no'));
    const { families, samples } = parseExposition(await text.read());
    expect([...families].map(([name, { type }]) => `${name} ${type}`).toSorted()).toEqual(
      names.map(([name, type]) => `${name} ${type}`).toSorted(),
    );
    for (const { help } of families.values()) expect(help).not.toBe('');
    for (const [name = '', , label] of names) {
      const labels = samples
        .filter((sample) => sample.family === name)
        .flatMap((sample) => Object.keys(sample.labels));
      expect([name, ...new Set(labels)]).toEqual([name, ...(label === undefined ? [] : [label])]);
    }
  });

  it('FM-72 equal a recount, and a scrape changes nothing', async () => {
    for (let count = 0; count < 5; count += 1) {
      layer.open({ userId: 'full', socket: new FakeSocket(clock) });
    }
    layer.open({ userId: 'one', socket: new FakeSocket(clock) });
    layer.open({ userId: 'opening' });
    layer.publish('one', { event: 'x' });
    clock.advance(2000);
    const samples = await scrape();
    const value = (name: string, labels = {}): number => valueOf(samples, name, labels);
    expect(value('holdfast_sessions_active', { state: 'live' })).toBe(6);
    expect(value('holdfast_sessions_active', { state: 'opening' })).toBe(1);
    expect(value('holdfast_sessions_opened_total', { result: 'opened' })).toBe(7);
    expect(value('holdfast_users_connected')).toBe(3);
    expect(value('holdfast_users_at_limit')).toBe(1);
    expect(value('holdfast_events_published_total')).toBe(1);
    expect(value('holdfast_sweep_up')).toBe(1);
    expect(value('holdfast_registry_drift')).toBe(0);
    for (let count = 0; count < 50; count += 1) await scrape();
    expect(settled(await scrape())).toEqual(settled(samples));
  });

  it('I1 opened less closed is what is there, also after takeovers, refusals and deaths', async () => {
    for (let round = 0; round < 40; round += 1) {
      const sockets = Array.from({ length: 3 }, () => new FakeSocket(clock));
      for (const socket of sockets) layer.open({ userId: `u${round % 4}`, socket });
      if (sockets[0] !== undefined) sockets[0].isFrozen = true;
      if (round % 5 === 0) layer.closeUser(`u${round % 3}`);
      clock.advance(round % 7 === 0 ? 40_000 : 700);
      const samples = await scrape();
      expect(openedLessClosed(samples)).toBe(sumOf(samples, 'holdfast_sessions_active'));
      expect(sumOf(samples, 'holdfast_sessions_overdue')).toBe(0);
    }
    expect(
      valueOf(await scrape(), 'holdfast_sessions_closed_total', { cause: 'no-pong' }),
    ).toBeGreaterThan(0);
  });

  it.each([
    ['comes', () => layer.open({ userId: 'new', socket: new FakeSocket(clock) }), 4],
    ['goes', () => layer.closeUser('opening'), 1],
  ] as const)('I1 agree with one another where somebody %s while they are read', async (...row) => {
    const [, happen, left] = row;
    layer.open({ userId: 'live', socket: new FakeSocket(clock) });
    for (let count = 0; count < 2; count += 1) layer.open({ userId: 'opening' });
    const reading = text.read();
    happen();
    const { samples } = parseExposition(await reading);
    expect(sumOf(samples, 'holdfast_sessions_active')).toBe(left);
    expect(openedLessClosed(samples)).toBe(left);
    expect(valueOf(samples, 'holdfast_users_connected')).toBe(layer.counts().users);
  });

  it('I6 tell of sessions that nobody hears of any more, and whose pings fail', async () => {
    const socket = new FakeSocket(clock);
    layer.open({ userId: 'u', socket });
    socket.throwing.add('ping');
    layer.open({ userId: 'v', socket: new FakeSocket(clock) });
    clock.advance(60_500);
    expect(valueOf(await scrape(), 'holdfast_sessions_overdue')).toBe(0);
    clock.advance(2_000);
    expect(valueOf(await scrape(), 'holdfast_sessions_overdue')).toBe(1);
    socket.throwing.clear();
    clock.advance(30_000);
    expect(valueOf(await scrape(), 'holdfast_sessions_overdue')).toBe(0);
  });

  it('count the open descriptors of the process', async () => {
    const before = valueOf(await scrape(), 'process_open_fds');
    const files = await Promise.all(Array.from({ length: 200 }, () => open('/dev/null')));
    // The process that runs the tests opens and closes a few of its own.
    expect(valueOf(await scrape(), 'process_open_fds')).toBeGreaterThan(before + 190);
    await Promise.all(files.map((file) => file.close()));
    expect(valueOf(await scrape(), 'process_open_fds')).toBeLessThan(before + 10);
    expect(valueOf(await scrape(), 'process_max_fds')).toBeGreaterThan(before);
  });

  it('hold histograms whose buckets rise up to the count', async () => {
    for (const [userId, count] of [
      ['a', 5],
      ['b', 2],
    ] as const) {
      for (let index = 0; index < count; index += 1) {
        layer.open({ userId, socket: new FakeSocket(clock, { roundTripMs: 40 }) });
      }
    }
    clock.advance(60_000);
    const samples = await scrape();
    const family = 'holdfast_ping_round_trip_seconds';
    const buckets = samples.filter(({ name }) => name === `${family}_bucket`);
    const values = buckets.map(({ value }) => value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values.at(-1)).toBe(valueOf(samples, `${family}_count`));
    expect(values.at(-1)).toBeGreaterThan(7);
    expect(valueOf(samples, `${family}_bucket`, { le: '0.025' })).toBe(0);
    expect(valueOf(samples, `${family}_bucket`, { le: '0.05' })).toBe(values.at(-1));
    expect(valueOf(samples, `${family}_sum`)).toBeCloseTo(0.04 * (values.at(-1) ?? 0), 5);
  });

  it('I12 never carry a user id', async () => {
    layer.open({ userId: 'canary-user', socket: new FakeSocket(clock) });
    layer.publish('canary-user', { event: 'canary-event' });
    expect(await text.read()).not.toContain('canary');
  });
});

describe('B3 the lag of the event loop', () => {
  it('is told until the second turn after it', async () => {
    await pause();
    const until = performance.now() + 300;
    while (performance.now() < until);
    lag.turn();
    await pause();
    expect(lag.worstSeconds).toBeGreaterThan(0.2);
    await pause();
    lag.turn();
    expect(lag.worstSeconds).toBeLessThan(0.2);
  });
});
