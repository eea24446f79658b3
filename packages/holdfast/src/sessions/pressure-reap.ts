import { findDead } from '../core/admission.ts';
import { causeOfDeath } from '../core/death.ts';
import type { Door } from './door.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Registry } from './registry.ts';

/** What one pressure reap has seen so far; it lasts until nobody of the user waits for proof any more. */
export interface PressureReap {
  examined: number;
  found: number;
  freed: number;
}

/** What reaping at admission works with. */
export interface PressureReapRooms {
  readonly registry: Registry;
  readonly heartbeat: Heartbeat;
  readonly door: Door;
}

/**
 * Ends this user's sessions that are dead by the patience of those who need a slot.
 *
 * @param now the instant up to which all sockets have been polled
 * @param reap counts them; null where no pressure reap is under way
 */
export function reapDead(
  { registry, heartbeat, door }: PressureReapRooms,
  userId: string,
  { now, reap }: { readonly now: number; readonly reap: PressureReap | null },
): void {
  const dead = findDead(registry.of(userId), heartbeat.probePatience, now);
  // Counted before they leave: the waiter who gets the first slot may conclude the reap in the same breath.
  if (reap !== null) {
    reap.found += dead.length;
    reap.freed += dead.length;
  }
  for (const { session } of dead) {
    // Whoever was told of the one before may have let this one be heard.
    const cause = causeOfDeath(session, heartbeat.probePatience, now);
    const hasLeft = cause !== null && door.leave(session, cause);
    if (!hasLeft && reap !== null) reap.freed -= 1;
  }
}
