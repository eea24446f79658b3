export { ClusterNode, type UserOverview } from './cluster-node.ts';
export type { ClusterNodeParts, OnStoreFailure } from './cluster-parts.ts';
export type { Listing, PlacedView } from './directory.ts';
export type { Answers } from './questions.ts';
export type {
  ClusterStore,
  LiveNode,
  RevocationOrder,
} from '../sessions/store/cluster-store.ts';
export { StoreError, type StoreErrorKind } from '../sessions/store/store-error.ts';
