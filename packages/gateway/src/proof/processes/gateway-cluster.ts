import type { Deployment } from '../deployment.ts';
import type { RedisServer } from 'holdfast/testing';

/** Gateways that act as one. */
export interface GatewayCluster {
  readonly nodes: readonly [Deployment, Deployment, ...Deployment[]];
  /** What they share. Null where they were not started for the proof. */
  readonly store: RedisServer | null;
  /** Starts one more. @throws CallMissing where they were not started for the proof */
  startNode(): Promise<Deployment>;
}

/** What a cluster is to be. */
export interface ClusterPlan {
  /** How many nodes. Default: 3. */
  readonly count?: number;
  /** Flags of `holdfast serve` that every node has. A target that was not started for the proof has its own. */
  readonly flags?: readonly string[];
}
