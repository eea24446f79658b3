import { type FaultPlace, type SessionLayer, sweepIntervalMs } from 'holdfast';
import type { GatewayFaultPlace, GatewayFaults } from './gateway-faults.ts';
import type { Ground } from './ground.ts';

/** A failure that stands. */
interface ReportedFault {
  readonly where: FaultPlace | GatewayFaultPlace;
  /** Ms since 1970. */
  readonly since: number;
  readonly error: string;
  readonly do: string;
}

/** What `/healthz` answers. */
export interface HealthReport {
  /** `failed`: no connection can be accepted any more. */
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly faults: readonly ReportedFault[];
  readonly cleanup: {
    readonly running: boolean;
    /** Null before the first run. */
    readonly lastRunMsAgo: number | null;
    readonly intervalMs: number;
    readonly failures: number;
  };
}

/** What a report is made from. */
export interface HealthSources {
  readonly layer: SessionLayer;
  readonly faults: GatewayFaults;
  /** False when the server has stopped to accept connections. */
  readonly isListening: boolean;
  /** Ms since 1970. */
  readonly nowMs: number;
}

/** Longest text of an error that is told. */
const LONGEST_ERROR = 200;

/** How the gateway is: the session layer's health, and the faults of the gateway around it. */
export function reportHealth({ layer, faults, isListening, nowMs }: HealthSources): HealthReport {
  const { status, faults: standing, cleanup } = layer.health();
  const isDegraded = status === 'degraded' || faults.isDegraded();
  const ofLayer = standing.map(({ where, forMs, error, do: remedy }) => ({
    where,
    since: Math.round(nowMs - forMs),
    error: error.slice(0, LONGEST_ERROR),
    do: remedy,
  }));
  return {
    status: isListening ? (isDegraded ? 'degraded' : 'ok') : 'failed',
    faults: [...ofLayer, ...standingOf(faults)],
    cleanup: { ...cleanup, lastRunMsAgo: cleanup.lastRunMsAgo ?? null },
  };
}

/** The same before there are sessions: there is nothing to clean up yet. */
export function reportStarting({ faults, config }: Ground): HealthReport {
  const { environment, cleanupIntervalMs: intervalMs = sweepIntervalMs(environment) } = config;
  return {
    status: 'degraded',
    faults: standingOf(faults),
    cleanup: { running: false, lastRunMsAgo: null, intervalMs, failures: 0 },
  };
}

function standingOf(faults: GatewayFaults): ReportedFault[] {
  return faults.standing().map((fault) => ({
    ...fault,
    error: fault.error.slice(0, LONGEST_ERROR),
  }));
}
