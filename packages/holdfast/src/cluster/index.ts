export { ClusterNode, type UserOverview } from './cluster-node.ts';
export type { ClusterNodeParts, OnStoreFailure } from './cluster-parts.ts';
export type { ClosedSessions, ClusterReapReport, Listing } from './directory.ts';
export type { Answers, FromNodes } from './question.ts';
export type { Answering } from './questions.ts';
export type { RevocationDuty } from './revoking.ts';
export type {
  ClusterStore,
  LiveNode,
  RevocationOrder,
} from '../sessions/store/cluster-store.ts';
export { StoreError, type StoreErrorKind } from '../sessions/store/store-error.ts';
