import { slowestLinkBytesPerSecond } from '../core/death.ts';
import type { Settings } from '../core/options.ts';

/**
 * How long after its publication an event can be asked for at most by a client that has it not: it is written at once or
 * waits for a session that is here; that is known to be dead after an interval and the patience of its ping; its client
 * may come back within the resume window.
 */
export function longestUseMs(settings: Settings): number {
  const { resumeWindowMs, pingIntervalMs, pingTimeoutMs, maxUnconfirmedBytes } = settings;
  const backlogMs = (maxUnconfirmedBytes * 1_000) / slowestLinkBytesPerSecond;
  return resumeWindowMs + pingIntervalMs + pingTimeoutMs + backlogMs;
}
