import { ClusterNode, type RevocationOrder } from 'holdfast/cluster';
import type { Ground } from '../ground.ts';
import { sessionOptionsOf } from '../session-options.ts';
import { meterStore } from '../store/metered-store.ts';
import type { OpenedStore } from '../store/open-store.ts';
import { noteRevocation } from '../token-watch.ts';
import { ClusterSessions } from './cluster-sessions.ts';
import { answersOf } from './node-questions.ts';
import type { OwnNode } from './own-node.ts';
import type { Seat } from './seat.ts';

/** What a seat among other nodes is taken with. */
export interface ClusterSeatParts {
  readonly store: OpenedStore;
  /** Where operators reach this node. */
  readonly url: string;
  /** Another node has asked this one to drain. */
  readonly drain: () => void;
}

/** The seat of a process that shares its users with others. Rejects with StoreError when the store does not answer. */
export async function takeClusterSeat(
  { config, layerParts, store: watch, tokens, faults }: Ground,
  { store, url, drain }: ClusterSeatParts,
): Promise<Seat> {
  // The node asks and is asked before the rest of the gateway stands.
  let own: OwnNode | null = null;
  const present = (): OwnNode => {
    if (own === null) throw new Error('Expected a gateway that has begun.');
    return own;
  };
  const onRevoked = (order: RevocationOrder): void => {
    try {
      if (own === null) noteRevocation(order, { ...tokens, wallNow: tokens.wallClock.now });
      else own.carryOut(order);
    } catch (error) {
      faults.hold('revocations', error);
    }
  };
  const node = await ClusterNode.start(sessionOptionsOf(config), {
    ...layerParts,
    store: meterStore(
      store,
      (...act) => watch.noteAct(...act),
      () => performance.now(),
    ),
    url,
    onStoreFailure: config.onStoreFailure,
    onDrainAsked: drain,
    onRevoked,
    answering: answersOf(present),
  });
  return {
    layer: node.layer,
    waiting: (userId) => node.waiting(userId),
    turnAwayWaiting: (userId, isMeant) => node.turnAwayWaiting(userId, isMeant),
    sessionsOf: (owned) => {
      own = owned;
      return new ClusterSessions(owned, node);
    },
    look: () => watch.noteSettings(store.warnings()),
    leave: () => store.close(),
    get drift() {
      return node.drift;
    },
    get nodeCount() {
      return node.nodes().length;
    },
    get isStoreAway() {
      return node.isStoreAway;
    },
  };
}
