import type { Inheritance } from './position.ts';
import type { TicketFlaw } from './session-event.ts';
import type { RecordHead } from './store/acts.ts';

/** What a store of many nodes said when it let a newcomer in. */
export interface Grant {
  /** The handle of the session, drawn from the layer. */
  readonly generation: number;
  /** Of a good ticket; null for a lineage of its own. */
  readonly inheritance: Inheritance | null;
  readonly flaw: TicketFlaw | null;
  /** Where the user's record stands: what `ready` tells as epoch, and where a session without a position begins. */
  readonly record: RecordHead;
  /** What `ready` tells. */
  readonly limit: number;
  /** How many slots the user holds on all nodes. */
  readonly count: number;
  /** Frames the newcomer sent while it waited; served once it is live. */
  readonly held: readonly (string | Uint8Array)[];
  /** What it was told while it waited, which no pong has confirmed; 0 if absent. */
  readonly bytesWritten?: number;
  /** How long it waited for peers and the store. */
  readonly waitedMs: number;
}
