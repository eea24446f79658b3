import type { Gauges } from '../sessions/gauges.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { Histogram } from '../core/histogram.ts';
import type { Metrics } from './metrics.ts';

/** A distribution in three numbers, milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The numbers of the seed document, in its own words; see the contract for what each one counts. */
export interface SeedStats {
  readonly background_cleanup_task_started: boolean;
  readonly background_cleanup_failures: number;
  readonly emergency_cleanup_triggers: number;
  readonly successful_emergency_cleanups: number;
  readonly failed_emergency_cleanups: number;
  readonly managers_created_per_minute: number;
  readonly managers_cleaned_up_per_minute: number;
  readonly resource_limit_hits: number;
  readonly users_at_manager_limit: number;
  readonly average_managers_per_user: number;
  readonly max_concurrent_managers: number;
  readonly managers_active: number;
  readonly managers_created: number;
  readonly managers_cleaned_up: number;
  readonly oldest_manager_age_ms: number;
  readonly cleanup_interval_ms: number;
  readonly environment: string;
  readonly creation_latency_ms: Latency;
  readonly admission_wait_ms: Latency;
}

/** Each number recounted from the registry or folded from events at this moment. Looks at each session at once. */
export function readSeedStats(layer: SessionLayer, metrics: Metrics, nowMs: number): SeedStats {
  return seedStatsOf(layer, { gauges: layer.gauges(), metrics, nowMs });
}

/** The same, the sessions in slices between which the event loop goes on. */
export async function surveySeedStats(
  layer: SessionLayer,
  metrics: Metrics,
  now: () => number,
): Promise<SeedStats> {
  const surveyed = await layer.survey();
  // What is counted is read anew: others may have had their turn since, and what events have told goes on with them.
  const gauges = { ...surveyed, ...layer.counts() };
  return seedStatsOf(layer, { gauges, metrics, nowMs: now() });
}

function seedStatsOf(
  { settings }: SessionLayer,
  {
    gauges,
    metrics,
    nowMs,
  }: { readonly gauges: Gauges; readonly metrics: Metrics; readonly nowMs: number },
): SeedStats {
  return {
    background_cleanup_task_started: gauges.sweep.running,
    background_cleanup_failures: metrics.sweep.failures,
    emergency_cleanup_triggers: metrics.pressureReaps.triggered,
    successful_emergency_cleanups: metrics.pressureReaps.successful,
    failed_emergency_cleanups: metrics.pressureReaps.failed,
    managers_created_per_minute: metrics.openedLastMinute.total(nowMs),
    managers_cleaned_up_per_minute: metrics.cleanedLastMinute.total(nowMs),
    resource_limit_hits: metrics.limitHitsByAction.get('hit') ?? 0,
    users_at_manager_limit: gauges.usersAtLimit,
    average_managers_per_user: gauges.users === 0 ? 0 : gauges.sessions / gauges.users,
    max_concurrent_managers: metrics.peak,
    managers_active: gauges.sessions,
    managers_created: metrics.opened,
    managers_cleaned_up: metrics.cleaned,
    oldest_manager_age_ms: gauges.oldestMs,
    cleanup_interval_ms: settings.cleanupIntervalMs,
    environment: settings.environment,
    creation_latency_ms: latencyOf(metrics.admissionWork),
    admission_wait_ms: latencyOf(metrics.admissionWait),
  };
}

function latencyOf(histogram: Histogram): Latency {
  return {
    p50: histogram.percentileMs(0.5),
    p99: histogram.percentileMs(0.99),
    max: histogram.maxMs,
  };
}
