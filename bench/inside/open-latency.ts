import { SessionLayer } from 'holdfast';
import { percentile } from '../statistics.ts';
import { BareSocket } from './bare-socket.ts';
import type { OpenLatency } from './duties.ts';
import { LeapingClock } from './leaping-clock.ts';

const perUser = 5;
const mostSamples = 20_000;
/** Opens before the measured ones, on users of their own; and of them with a pressure reap. */
const warmUp = 5_000;
const warmUpReaps = 2_000;
/** Until every session of a user at the limit has been pinged, and its ping is late. */
const untilLateMs = 6_500;

/**
 * Fills a layer with users at their limit, of whom some have one session that has stopped answering and is late. Each
 * of these opens another one, which takes a pressure reap; each of as many new users opens a first one, which does not.
 */
export function measureOpenLatency(sessions: number): OpenLatency {
  const clock = new LeapingClock();
  const layer = new SessionLayer({ cleanupIntervalMs: 3_600_000 }, { clock });
  const samples = Math.min(mostSamples, sessions / perUser / 2);
  const warmReaps = Math.min(warmUpReaps, samples);
  for (let index = 0; index < sessions; index += 1) {
    const user = Math.floor(index / perUser);
    const isMute = index % perUser === 0 && user < samples + warmReaps;
    layer.open({ userId: `user-${user}`, socket: new BareSocket(clock, isMute) });
  }
  openMany(layer, clock, { prefix: 'warm-', from: 0, count: Math.min(warmUp, sessions) });
  globalThis.gc?.();
  clock.run(untilLateMs);
  const withRoom = openMany(layer, clock, { prefix: 'new-', from: 0, count: samples });
  openMany(layer, clock, { prefix: 'user-', from: samples, count: warmReaps });
  const reaping = openMany(layer, clock, { prefix: 'user-', from: 0, count: samples });
  const { sessions: live } = layer.counts();
  if (live < sessions) throw new Error(`Expected at least ${sessions} sessions, got ${live}.`);
  return {
    withRoomP50: percentile(withRoom, 0.5),
    withRoomP99: percentile(withRoom, 0.99),
    reapingP50: percentile(reaping, 0.5),
    reapingP99: percentile(reaping, 0.99),
  };
}

function openMany(
  layer: SessionLayer,
  clock: LeapingClock,
  {
    prefix,
    from,
    count,
  }: { readonly prefix: string; readonly from: number; readonly count: number },
): Float64Array {
  const tookUs = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const userId = `${prefix}${from + index}`;
    const socket = new BareSocket(clock, false);
    const startedAt = performance.now();
    const { outcome } = layer.open({ userId, socket });
    tookUs[index] = (performance.now() - startedAt) * 1000;
    if (outcome !== 'opened') throw new Error(`Expected ${userId} to get in, got ${outcome}.`);
  }
  return tookUs;
}
