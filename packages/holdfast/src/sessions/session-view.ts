import { notOut } from '../core/death.ts';
import type { SessionState } from '../core/lifecycle.ts';
import type { Session } from './session.ts';

/** What is told about a session. Read from it at the moment of asking; looking changes nothing (I9). */
export interface SessionView {
  readonly id: string;
  readonly user: string;
  readonly state: SessionState;
  readonly device: string | null;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** Since a frame of the peer last arrived, or since it was opened. */
  readonly lastInboundMs: number;
  /** How long its ping has been out; null when none is. */
  readonly pingOutMs: number | null;
  readonly unconfirmedBytes: number;
  /** Place in the log it was written up to. */
  readonly offset: number;
  readonly acked: number;
}

/** The view of a session at this instant, by the fair clock and by the wall clock. */
export function viewSession(session: Session, now: number, epochMs: number): SessionView {
  return {
    id: session.id,
    user: session.userId,
    state: session.state,
    device: session.device,
    openedAt: Math.round(epochMs - (now - session.openedAt)),
    lastInboundMs: now - Math.max(session.heardAt, session.openedAt),
    pingOutMs: session.pingAt === notOut ? null : now - session.pingAt,
    unconfirmedBytes: session.unconfirmedBytes,
    offset: session.cursor,
    acked: session.acked,
  };
}
