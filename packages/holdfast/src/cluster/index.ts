export { ClusterNode, type ClusterNodeParts, type UserOverview } from './cluster-node.ts';
export type { OnStoreFailure } from './desk.ts';
export type { Listing, PlacedView } from './directory.ts';
