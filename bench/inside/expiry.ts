import { setTimeout as delay } from 'node:timers/promises';
import { SessionLayer } from 'holdfast';
import { BareSocket } from './bare-socket.ts';
import type { ExpiryCost } from './duties.ts';
import { GarbageWatch, type Span } from './garbage.ts';
import { LeapingClock } from './leaping-clock.ts';

const pingIntervalMs = 25_000;
const pingTimeoutMs = 10_000;
/** Few sessions are measured several times over, so that the sums are of one size. */
const leastExpiries = 20_000;

/** What one layer full of sessions came to. */
interface Life {
  /** Every stretch of work in which a session was pinged or ended. */
  readonly pinging: readonly Span[];
  readonly expiring: readonly Span[];
}

/** Fills layers with sessions that stop answering, and lets all of them be pinged and then expire. */
export async function measureExpiry(sessions: number): Promise<ExpiryCost> {
  const garbage = new GarbageWatch();
  const lives: Life[] = [];
  for (let expired = 0; expired < leastExpiries; expired += sessions)
    lives.push(await live(sessions));
  const lengths = lives.flatMap(({ expiring }) => expiring.map(({ from, to }) => to - from));
  const expiring = await garbage.workIn(lives.flatMap((life) => life.expiring));
  const pinging = await garbage.workIn(lives.flatMap((life) => life.pinging));
  garbage.stop();
  return {
    costUs: (sum(lengths) * 1000) / (sessions * lives.length),
    longestTickMs: largest(expiring),
    longestPingTickMs: largest(pinging),
    longestPauseMs: largest(lengths),
  };
}

async function live(sessions: number): Promise<Life> {
  const clock = new LeapingClock();
  const options = { cleanupIntervalMs: 3_600_000, pingIntervalMs, pingTimeoutMs };
  const layer = new SessionLayer(options, { clock });
  let closed = 0;
  layer.subscribe((event) => {
    if (event.type === 'closed') closed += 1;
  });
  for (let index = 0; index < sessions; index += 1) {
    layer.open({ userId: `${sessions}-${index}`, socket: new BareSocket(clock, true) });
  }
  globalThis.gc?.();
  // It leaves its sweeping to threads behind us, and to whoever allocates before they are through.
  await delay(500);
  const pinging: Span[] = [];
  const expiring: Span[] = [];
  clock.onCallback = (span) => pinging.push(span);
  clock.run(pingIntervalMs + 1_000);
  let before = closed;
  clock.onCallback = (span) => {
    if (closed > before) expiring.push(span);
    before = closed;
  };
  clock.run(pingTimeoutMs + 10_000, () => closed === sessions);
  if (closed !== sessions) throw new Error(`Expected ${sessions} to expire, got ${closed}.`);
  return { pinging, expiring };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
