import type { Metrics } from 'holdfast';
import type { AdminCheck } from '../auth/admin.ts';
import type { HealthReport } from '../health-report.ts';
import type { GuardRules } from '../rollout/guard.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { Readiness } from '../sessions/node-view.ts';
import type { Sessions } from '../sessions/sessions.ts';

/** What the HTTP API works with. */
export interface ApiParts {
  /** Of this process, or of all nodes that share their users: no route knows which. */
  readonly sessions: Sessions;
  /** Of this node. */
  readonly metrics: Metrics;
  /** How many sessions a user may hold who has no limit of their own. */
  readonly limit: number;
  readonly isAdmin: AdminCheck;
  /** Version of the gateway, for OpenAPI. */
  readonly version: string;
  /** `store-unavailable`: the store is away, and newcomers are sent away until it is back. */
  readonly readiness: () => Readiness | 'store-unavailable';
  readonly health: () => HealthReport;
  /** All metrics as Prometheus text. */
  readonly scrape: () => Promise<string>;
  /** When to come back while the memory is nearly full, ms; null while it is not. */
  readonly overloadRetryMs: () => number | null;
  readonly rollout: Rollout;
  readonly guardRules: GuardRules;
  /** A handler has failed, and it was not for what the request asks. */
  readonly onThrow: (error: unknown) => void;
}
