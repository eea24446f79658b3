import type { StandingFault } from './faults.ts';
import type { Rooms } from './rooms.ts';
import type { FaultPlace } from './session-event.ts';
import type { SweepHealth } from './sweep.ts';

/** How the layer is: `degraded` while the sweep or the event loop is in trouble. Sessions go on in either. */
export interface Health {
  readonly status: 'ok' | 'degraded';
  readonly faults: readonly StandingFault[];
  readonly cleanup: SweepHealth;
}

const degrading: ReadonlySet<FaultPlace> = new Set([
  'sweep',
  'timer',
  'loop-lag',
  'registry',
  'store',
]);

/** Reads the health from its sources, and sees to it that what should run does. */
export function readHealth({ sweep, pulse, faults }: Rooms): Health {
  const cleanup = sweep.health();
  pulse.ensure();
  sweep.ensure();
  const standing = faults.standing();
  const isDegraded = !cleanup.running || standing.some(({ where }) => degrading.has(where));
  return { status: isDegraded ? 'degraded' : 'ok', faults: standing, cleanup };
}
