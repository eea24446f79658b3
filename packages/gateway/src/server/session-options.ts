import type { SessionOptions } from 'holdfast';
import type { ServeConfig } from './config/serve-config.ts';
import { formatSize } from './config/units.ts';

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
    messageRate: config.messageRate,
    userConnectRate: config.userConnectRate,
  };
}

/** Of the heap, the logs of users get at most this share: a small event takes several times its bytes. */
const HISTORY_SHARE = 1 / 8;

/** Settings that fit this machine, with what should be said about it. */
export interface FittedConfig {
  readonly config: ServeConfig;
  readonly note?: string;
}

/** Lowers the bound of all logs together where the heap is too small for it. */
export function boundHistory(config: ServeConfig, heapBytes: number): FittedConfig {
  const most = Math.max(config.historyBytes, Math.floor(heapBytes * HISTORY_SHARE));
  if (config.historyTotalBytes <= most) return { config };
  const note =
    `\`--history-total\` is lowered from ${formatSize(config.historyTotalBytes)} to ${formatSize(most)}: ` +
    'the heap is too small for more (`NODE_OPTIONS=--max-old-space-size=…` enlarges it).';
  return { config: { ...config, historyTotalBytes: most }, note };
}
