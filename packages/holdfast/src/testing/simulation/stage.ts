import type { Settings } from '../../core/options.ts';
import type { SessionLayer } from '../../sessions/session-layer.ts';
import type { ManualClock } from '../manual-clock.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { FaultTally } from './fault-tally.ts';
import type { SessionTruth } from './session-truth.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { SimulatedSocket } from './simulated-socket.ts';
import type { Announced, UserTruth } from './user-truth.ts';
import type { Verdict } from './verdict.ts';
import type { World } from './world.ts';

/** Everything one run consists of: the layer under test, the world around it, and what is known to be true. */
export interface Stage {
  readonly world: World;
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly layer: SessionLayer;
  readonly settings: Settings;
  readonly verdict: Verdict;
  readonly tally: FaultTally;
  readonly users: readonly UserTruth[];
  /** Sessions that are not over, by id. */
  readonly sessions: Map<string, SessionTruth>;
  /** Some that are over, for late words. */
  readonly ended: SessionTruth[];
  /** Connections the process has not seen the end of. */
  readonly clientOf: Map<SimulatedSocket, SimulatedClient>;
  readonly announced: Map<number, Announced>;
  /** The socket whose peer's word is being handed to the process. */
  handing: SimulatedSocket | null;
  /** Whose evidence was handed over in this step. */
  readonly heardInStep: Set<SimulatedSocket>;
  /** Promises of the layer that have not been settled. */
  promises: number;
  isDraining: boolean;
  readonly note: (line: () => string) => void;
}

/** The truth about a user; users are few. */
export function userOf(stage: Stage, userId: string): UserTruth {
  const user = stage.users.find(({ id }) => id === userId);
  if (user === undefined) throw new Error(`There is no user ${userId} in this run.`);
  return user;
}
