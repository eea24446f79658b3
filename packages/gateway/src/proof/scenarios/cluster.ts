import { clusterDeploy } from './cluster-deploy.ts';
import { clusterEvents } from './cluster-events.ts';
import { clusterLimit } from './cluster-limit.ts';
import { clusterResume } from './cluster-resume.ts';
import { clusterStore } from './cluster-store.ts';
import type { Scenario } from './scenario.ts';

/** Several nodes that act as one. */
export const cluster: readonly Scenario[] = [
  ...clusterLimit,
  ...clusterEvents,
  ...clusterResume,
  ...clusterDeploy,
  ...clusterStore,
];
