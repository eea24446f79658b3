import { SessionLayer } from 'holdfast';
import type { Ground } from '../ground.ts';
import { sessionOptionsOf } from '../session-options.ts';
import { LocalSessions } from './local-sessions.ts';
import type { OwnNode } from './own-node.ts';
import type { Sessions } from './sessions.ts';

/** The place of this process: alone, or among others. */
export interface Seat {
  /** The sessions of this node. What concerns users as a whole goes through `sessionsOf`. */
  readonly layer: SessionLayer;
  /** Turns away newcomers of a user who hold no slot yet, and whose `extra` is meant; how many. */
  turnAwayWaiting(userId: string, isMeant: (extra: unknown) => boolean): number;
  /** The sessions as everybody uses them. To be called once. */
  sessionsOf(own: OwnNode): Sessions;
  /** To be called every second: sees whether the store is set up well. */
  look(): void;
  /** Lets the store go, once the sessions are drained. */
  leave(): Promise<void>;
  /** Users about whom the nodes and their store are not known to agree. */
  readonly drift: number;
  /** How many nodes are alive, this one among them. */
  readonly nodeCount: number;
  /** Whether the store is taken for away; never where there is none. */
  readonly isStoreAway: boolean;
}

/** The seat of a process that shares its users with nobody. @throws UsageError for settings that contradict each other */
export function takeLocalSeat({ config, layerParts }: Ground): Seat {
  return localSeatOf(new SessionLayer(sessionOptionsOf(config), layerParts));
}

/** The seat over a session layer that is alone. */
export function localSeatOf(layer: SessionLayer): Seat {
  return {
    layer,
    turnAwayWaiting: (userId, isMeant) => layer.turnAwayWaiting(userId, isMeant),
    sessionsOf: (own) => new LocalSessions(own),
    look: () => {},
    leave: () => Promise.resolve(),
    drift: 0,
    nodeCount: 1,
    isStoreAway: false,
  };
}
