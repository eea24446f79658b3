import type { SessionLayerParts } from '../sessions/layer-parts.ts';
import type { ClusterStore } from '../sessions/store/cluster-store.ts';
import type { Answering } from './questions.ts';
import type { RevocationDuty } from './revoking.ts';

/**
 * What is done about newcomers while the store does not answer. `local`: each node lets in up to the limit by what it knows;
 * excess is kept afterwards, and shown. `refuse`: they are turned away and told when to come back.
 */
export type OnStoreFailure = 'local' | 'refuse';

/** What a node is built on. */
export interface ClusterNodeParts extends Omit<SessionLayerParts, 'cluster'> {
  readonly store: ClusterStore;
  /** Where operators reach this node; told to the others. */
  readonly url?: string;
  /** Default `local`. */
  readonly onStoreFailure?: OnStoreFailure;
  /**
   * A token was revoked, here or on another node: ends the sessions that have it, and returns their ids. May be called more than
   * once with the same order. What it throws is told to whoever asked this node, and nobody else carries the order out then.
   */
  readonly onRevoked?: RevocationDuty;
  /** What the applications of the nodes ask each other, by kind: see {@link ClusterNode.askAll}. */
  readonly answering?: Answering;
}
