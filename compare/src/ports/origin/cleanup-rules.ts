import type { IsolatedManager } from './isolated-manager.ts';

/** Silent for so long is as good as dead once its user nears the limit (FM-31). It had been 5 minutes, then 30 seconds. */
const emergencyCutoffMs = 10_000;

/** Silent for so long is as good as dead. */
const connectionTimeoutMs = 30 * 60_000;

/** A manager and when it was made. */
export interface Judged {
  readonly manager: IsolatedManager;
  readonly createdAt: number;
}

/**
 * What the emergency clean-up removes. No peer is asked: who has not been sent anything for ten seconds is removed, with
 * its connection open or not (FM-31), and who is being sent things is kept, whether it hears them or not (FM-33).
 */
export function isUpForEmergency({ manager, createdAt }: Judged, nowMs: number): boolean {
  const cutoff = nowMs - emergencyCutoffMs;
  if (!manager.isActive || manager.lastActivityAt < cutoff) return true;
  return createdAt < cutoff && manager.connectionCount === 0;
}

/** What the background clean-up removes. */
export function isExpired({ manager, createdAt }: Judged, nowMs: number): boolean {
  const cutoff = nowMs - connectionTimeoutMs;
  return manager.lastActivityAt < cutoff || (createdAt < cutoff && !manager.isActive);
}
