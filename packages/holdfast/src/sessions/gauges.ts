import type { Rooms } from './rooms.ts';
import type { SweepHealth } from './sweep.ts';

/** Every gauge, read from its source at the moment of asking. Reading changes nothing. */
export interface Gauges {
  readonly sessions: number;
  readonly opening: number;
  readonly users: number;
  readonly usersAtLimit: number;
  readonly waiting: number;
  readonly lingering: number;
  /** Sessions that would not be here were their users not only observed, and those of which that is not known yet. */
  readonly spared: number;
  readonly unconfirmedBytes: number;
  readonly logs: number;
  /** What the logs take in memory, about; what they share of broadcasts weighs once. At most `historyTotalBytes`. */
  readonly logBytes: number;
  readonly drift: number;
  readonly sweep: SweepHealth;
  /** Age of the session that has been there longest; 0 without sessions. */
  readonly oldestMs: number;
}

/** Reads every gauge. O(sessions); for scrapes, not for hot paths. */
export function readGauges(rooms: Rooms): Gauges {
  const { registry, limits, waiting, lingering, refusals, shadow, history, sweep, clock } = rooms;
  let opening = 0;
  let unconfirmedBytes = 0;
  let usersAtLimit = 0;
  const now = clock.nowMs();
  let oldestAt = now;
  for (const userId of registry.users()) {
    const sessions = registry.of(userId);
    if (sessions.length >= limits.of(userId, sessions[0]?.limit)) usersAtLimit += 1;
    for (const session of sessions) {
      if (session.state === 'opening') opening += 1;
      unconfirmedBytes += session.unconfirmedBytes;
      oldestAt = Math.min(oldestAt, session.openedAtRaw);
    }
  }
  return {
    sessions: registry.size,
    opening,
    users: registry.userCount,
    usersAtLimit,
    waiting: waiting.size,
    lingering: lingering.size + refusals.size,
    spared: shadow.size,
    unconfirmedBytes,
    logs: history.size,
    logBytes: history.weight,
    drift: sweep.drift,
    sweep: sweep.health(),
    oldestMs: Math.floor(now - oldestAt),
  };
}
