import { hasRoom } from '../core/admission.ts';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import { transportOf } from './transport.ts';
import type { Waiter } from './waiter.ts';
import { isWelcome } from './welcome.ts';

/** What is asked about a waiter's chances. */
export interface ProspectRooms {
  readonly registry: Registry;
  readonly limits: Limits;
  readonly pulse: Pulse;
  readonly faults: Faults;
  readonly isWelcome: (extra: unknown) => boolean;
}

/**
 * Is the waiter there, still welcome, and would the end of one session let it in? Nobody alive is ended for anybody else.
 * Whoever is asked or told anything by this may change who is in the way: what was known before is to be looked at again.
 */
export function wouldGetIn(waiter: Waiter, rooms: ProspectRooms): boolean {
  const { registry, limits, pulse, faults } = rooms;
  const { userId, socket, extra } = waiter.seed;
  const isThere = socket === null || transportOf(socket, faults) !== 'closed';
  const mayEnter = isThere && isWelcome(extra, rooms);
  pulse.now();
  return mayEnter && hasRoom(registry.count(userId) - 1, limits.inForce(waiter.seed));
}
