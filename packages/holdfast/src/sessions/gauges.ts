import { isOverdue } from '../core/death.ts';
import type { Rooms } from './rooms.ts';
import type { SweepHealth } from './sweep.ts';

/** Every gauge, read from its source at the moment of asking. Reading changes nothing. */
export interface Gauges {
  readonly sessions: number;
  readonly opening: number;
  /**
   * Sessions of which nothing was heard for longer than the heartbeat allows, and which are there all the same. Must be 0.
   * Those that cannot be pinged, and those of users who are only observed, are not meant.
   */
  readonly overdue: number;
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
  const { registry, waiting, lingering, refusals, shadow, history, sweep, clock } = rooms;
  const now = clock.nowMs();
  const { oldestAt, ...tallied } = tallySessions(rooms, now);
  return {
    ...tallied,
    sessions: registry.size,
    users: registry.userCount,
    waiting: waiting.size,
    lingering: lingering.size + refusals.size,
    spared: shadow.size,
    logs: history.size,
    logBytes: history.weight,
    drift: sweep.drift,
    sweep: sweep.health(),
    oldestMs: Math.floor(now - oldestAt),
  };
}

/** What is read from the sessions one by one. */
type Tally = Pick<Gauges, 'opening' | 'overdue' | 'usersAtLimit' | 'unconfirmedBytes'> & {
  /** When the oldest was opened, or now without any. */
  readonly oldestAt: number;
};

function tallySessions(rooms: Rooms, now: number): Tally {
  const { registry, limits, heartbeat, enforcement, settings, pulse } = rooms;
  const rules = { intervalMs: settings.pingIntervalMs, patience: heartbeat.patience };
  let opening = 0;
  let overdue = 0;
  let unconfirmedBytes = 0;
  let usersAtLimit = 0;
  let oldestAt = now;
  for (const userId of registry.users()) {
    const sessions = registry.of(userId);
    if (sessions.length >= limits.of(userId, sessions[0]?.limit)) usersAtLimit += 1;
    for (const session of sessions) {
      if (session.state === 'opening') opening += 1;
      const mayEnd = session.socket?.canPing !== false && !enforcement.isObserved(session.stance);
      if (mayEnd && isOverdue(session, rules, pulse.polledAt)) overdue += 1;
      unconfirmedBytes += session.unconfirmedBytes;
      oldestAt = Math.min(oldestAt, session.openedAtRaw);
    }
  }
  return { opening, overdue, usersAtLimit, unconfirmedBytes, oldestAt };
}
