import type { Metrics, SessionLayer } from 'holdfast';
import type { AdminCheck } from '../auth/admin.ts';
import type { GuardRules } from '../rollout/guard.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { HealthReport } from '../health-report.ts';
import type { RevocationOrder } from '../token-watch.ts';

/** Whether newcomers are let in. */
export type Readiness = 'ready' | 'starting' | 'draining';

/** This process, as the API tells of it and ends it. */
interface NodeParts {
  /** Ms since 1970. */
  readonly startedAt: number;
  readonly drainTimeoutMs: number;
  /** Begins to drain, unless that is under way. */
  readonly drain: () => void;
}

/** What the HTTP API works with. */
export interface ApiParts {
  readonly layer: SessionLayer;
  readonly metrics: Metrics;
  readonly isAdmin: AdminCheck;
  /** Version of the gateway, for OpenAPI. */
  readonly version: string;
  readonly readiness: () => Readiness;
  readonly node: NodeParts;
  readonly health: () => HealthReport;
  /** All metrics as Prometheus text. */
  readonly scrape: () => Promise<string>;
  /** Revokes, ends the sessions it concerns, and returns their ids. @throws UsageError `bad-state` */
  readonly revoke: (order: RevocationOrder) => string[];
  /** When to come back while the memory is nearly full, ms; null while it is not. */
  readonly overloadRetryMs: () => number | null;
  readonly rollout: Rollout;
  readonly guardRules: GuardRules;
  /** A handler has failed, and it was not for what the request asks. */
  readonly onThrow: (error: unknown) => void;
}
