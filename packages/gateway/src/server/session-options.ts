import type { SessionOptions } from 'holdfast';
import type { ServeConfig } from './config/serve-config.ts';

/** The options of the session layer for these settings. */
export function sessionOptionsOf(config: ServeConfig): SessionOptions {
  const { cleanupIntervalMs } = config;
  return {
    environment: config.environment,
    maxSessionsPerUser: config.maxSessionsPerUser,
    onLimit: config.onLimit,
    pingIntervalMs: config.pingIntervalMs,
    pingTimeoutMs: config.pingTimeoutMs,
    probeTimeoutMs: config.probeTimeoutMs,
    pressurePingIntervalMs: config.pressurePingIntervalMs,
    ...(cleanupIntervalMs !== undefined && { cleanupIntervalMs }),
    openTimeoutMs: config.openTimeoutMs,
    resumeWindowMs: config.resumeWindowMs,
    historyEvents: config.historyEvents,
    historyBytes: config.historyBytes,
    historyTotalBytes: config.historyTotalBytes,
    maxUnconfirmedBytes: config.maxUnconfirmedBytes,
    onSlow: config.onSlow,
    messageRate: Math.max(1, Math.round(config.messageRate.perSecond)),
    userConnectRate: config.userConnectRate,
  };
}
