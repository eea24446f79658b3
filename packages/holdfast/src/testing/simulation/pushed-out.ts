import { isTight } from './scenario.ts';
import { slackMs } from './slack.ts';
import type { Stage } from './stage.ts';
import type { Announced, UserTruth } from './user-truth.ts';

/** Events of a user that are in its log, or may be, and of which nobody has seen where. */
export function comingTo({ publishing }: Stage, user: UserTruth): Announced[] {
  return [...publishing, ...user.unseen].filter(({ number }) => !user.offsetOf.has(number));
}

/**
 * Whether everything up to this offset is so old that no client can come back for it: whoever missed it was found dead
 * long enough ago.
 */
export function isOutOfUse(
  { settings, world, clock }: Stage,
  user: UserTruth,
  to: number,
): boolean {
  const seen = [...user.eventAt].filter(([at]) => at <= to);
  const youngest = Math.max(...seen.map(([, { publishedAt }]) => publishedAt));
  const { resumeWindowMs, pingIntervalMs, pingTimeoutMs } = settings;
  const useMs = resumeWindowMs + pingIntervalMs + pingTimeoutMs - slackMs;
  return world.time.mostElapsed(youngest, clock.nowMs()) >= useMs;
}

/** Whether so much was published after this offset that the log may not reach back to it. */
export function isPushedOut(stage: Stage, user: UserTruth, offset: number): boolean {
  const { settings } = stage;
  if (isTight(settings)) return true;
  const coming = comingTo(stage, user);
  const newer = user.lastOffset + coming.length + user.unseenNotices - offset;
  if (newer >= settings.historyEvents) return true;
  let bytes = 0;
  for (const event of coming) bytes += event.approximateBytes;
  for (const [at, event] of user.eventAt) if (at >= offset) bytes += event.approximateBytes;
  return bytes > settings.historyBytes * 0.95;
}
