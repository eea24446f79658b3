export { ClusterNode, type UserOverview } from './cluster-node.ts';
export type { ClusterNodeParts, OnStoreFailure } from './cluster-parts.ts';
export type { Listing, PlacedView } from './directory.ts';
