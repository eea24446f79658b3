import type { SessionLayerParts } from '../sessions/layer-parts.ts';
import type { ClusterStore, RevocationOrder } from '../sessions/store/cluster-store.ts';

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
  /** An administrator has asked another node to have this one drain. */
  readonly onDrainAsked?: () => void;
  /** A token was revoked, here or on another node. May be told more than once. */
  readonly onRevoked?: (order: RevocationOrder) => void;
  /** What the applications of the nodes ask each other, by kind: see {@link ClusterNode.askAll}. */
  readonly answering?: Readonly<Record<string, (data: unknown) => unknown>>;
}
