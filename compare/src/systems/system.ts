import type { Deployment } from '../../../packages/gateway/dist/proof/deployment.js';
import type { ClientEnd } from '../../../packages/gateway/dist/proof/dialer.js';
import type { Surroundings } from '../../../packages/gateway/dist/proof/processes/surroundings.js';
import type { StartDeployment } from '../../../packages/gateway/dist/proof/scenarios/stage.js';

/** Names of what is compared, in the order of the table. */
export const systemNames = ['holdfast', 'origin', 'deny', 'evict', 'socket-io'] as const;
/** One of what is compared. */
export type SystemName = (typeof systemNames)[number];

/** One of the systems that are compared. */
export interface System {
  readonly name: SystemName;
  /** The head of its column. */
  readonly title: string;
  /** Starts it anew in a process of its own. */
  start(surroundings?: Surroundings): Promise<Deployment>;
  /** The same with flags of `holdfast serve`, where it has them. */
  readonly startWith?: StartDeployment;
  /** After how long its usual client tries again by itself; null where it leaves that to the user. */
  comesBackAfter(end: ClientEnd): number | null;
}
