import { SessionLayer } from 'holdfast';
import { BareSocket } from './bare-socket.ts';
import type { ExpiryCost } from './duties.ts';
import { LeapingClock } from './leaping-clock.ts';

const pingIntervalMs = 25_000;
const pingTimeoutMs = 10_000;

/** Fills a layer with sessions that stop answering, and lets all of them be pinged and then expire. */
export function measureExpiry(sessions: number): ExpiryCost {
  const clock = new LeapingClock();
  const options = { cleanupIntervalMs: 3_600_000, pingIntervalMs, pingTimeoutMs };
  const layer = new SessionLayer(options, { clock });
  let closed = 0;
  layer.subscribe((event) => {
    if (event.type === 'closed') closed += 1;
  });
  const prefix = String(sessions);
  for (let index = 0; index < sessions; index += 1) {
    layer.open({ userId: `${prefix}-${index}`, socket: new BareSocket(clock, true) });
  }
  globalThis.gc?.();
  clock.forget();
  clock.run(pingIntervalMs + 1_000);
  const longestPingTickMs = clock.longestMs;
  clock.forget();
  clock.run(pingTimeoutMs + 10_000, () => closed === sessions);
  if (closed !== sessions) throw new Error(`Expected ${sessions} to expire, got ${closed}.`);
  return {
    expired: closed,
    costUs: (clock.busyMs * 1000) / sessions,
    longestTickMs: clock.longestMs,
    longestPingTickMs,
  };
}
