import { expect, it } from 'vitest';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

it('FM-01 I3 I5 one million reloads of one user: no refusal, no pressure reap, count 0 after each, nothing kept', () => {
  const clock = new ManualClock();
  const layer = new SessionLayer({}, { clock });
  const metrics = new Metrics();
  layer.subscribe((event) => metrics.record(event, clock.nowMs()));
  const rounds = 1_000_000;
  let wrong = 0;
  for (let round = 0; round < rounds; round += 1) {
    const socket = new FakeSocket(clock);
    const { outcome } = layer.open({ userId: 'ann', socket });
    socket.leave();
    if (outcome !== 'opened' || layer.count('ann') !== 0) wrong += 1;
    if (round % 1_000 === 0) clock.advance(10);
  }
  expect(wrong).toBe(0);
  expect(metrics.pressureReaps.triggered).toBe(0);
  expect(metrics.opened).toBe(rounds);
  clock.advance(3_000);
  expect(layer.gauges()).toMatchObject({ sessions: 0, users: 0, lingering: 0, logs: 0 });
  expect(clock.timerCount).toBe(1);
});
