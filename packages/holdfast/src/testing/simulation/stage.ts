import type { Settings } from '../../core/options.ts';
import type { SessionLayer } from '../../sessions/session-layer.ts';
import type { ManualClock } from '../manual-clock.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { FaultTally } from './fault-tally.ts';
import type { SessionTruth } from './session-truth.ts';
import type { Memory, SimulatedClient } from './simulated-client.ts';
import type { SimulatedSocket } from './simulated-socket.ts';
import type { TokenDesk } from './simulated-tokens.ts';
import type { Scenario, FaultKind } from './scenario.ts';
import type { Announced, Arrival, UserTruth } from './user-truth.ts';
import type { Verdict } from './verdict.ts';
import type { World } from './world.ts';

/** Everything one run consists of: the layer under test, the world around it, and what is known to be true. */
export interface Stage {
  readonly world: World;
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly layer: SessionLayer;
  readonly settings: Settings;
  readonly scenario: Scenario;
  /** What may fail in this run. */
  readonly faults: ReadonlySet<FaultKind>;
  readonly verdict: Verdict;
  readonly tally: FaultTally;
  /** Null where nobody needs a token. */
  readonly tokens: TokenDesk | null;
  readonly users: readonly UserTruth[];
  /** What clients remember of a process that was killed; nothing of this one. */
  readonly remembered: readonly Memory[];
  /** Sessions that are not over, by id. */
  readonly sessions: Map<string, SessionTruth>;
  /** Some that are over, for late words. */
  readonly ended: SessionTruth[];
  /** Connections the process has not seen the end of. */
  readonly clientOf: Map<SimulatedSocket, SimulatedClient>;
  /** Whose socket it is, from `ready` to the end. */
  readonly truthOf: Map<SimulatedSocket, SessionTruth>;
  readonly announced: Map<number, Announced>;
  /** Events that a client has read, and said so: by an ack, a pong or a position. */
  readonly confirmed: Set<number>;
  /** Events somebody waits for. */
  readonly waits: Set<number>;
  /** Whose evidence was handed over in this step. */
  readonly heardInStep: Set<SimulatedSocket>;
  /** Newcomers whom a later one has overtaken in this step, unless they were decided about in it, too. */
  readonly overtaken: Arrival[];
  /** Promises of the layer that have not been settled. */
  promises: number;
  /** Events handed to the layer in calls that have not returned. */
  readonly publishing: Announced[];
  isDraining: boolean;
  /** When the drain is to be over. */
  drainedBy: number;
  /** Nobody begins anything. */
  isQuiet: boolean;
  /** No listener does anything in the middle of what is going on. */
  isMeddlingOff: boolean;
  /** What fails at the moment. */
  readonly failing: { listener: boolean; hook: boolean };
  readonly note: (line: () => string) => void;
}

/** Somebody; a shy user comes up less often. */
export function drawUser({ random, users }: Stage): UserTruth | undefined {
  const user = random.pick(users);
  return user?.isShy === true && random.chance(0.97) ? undefined : user;
}

/** The truth about a user; users are few. */
export function userOf(stage: Stage, userId: string): UserTruth {
  const user = stage.users.find(({ id }) => id === userId);
  if (user === undefined) throw new Error(`There is no user ${userId} in this run.`);
  return user;
}

/** Whether a position is one of the record that this process keeps. */
export function isOfThisRecord({ layer }: Stage, { epoch }: Memory): boolean {
  return epoch === layer.node;
}
