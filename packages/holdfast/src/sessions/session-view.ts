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

/** One instant by the three clocks: the fair one decides, the other two are only told. */
export interface Instant {
  readonly fair: number;
  readonly raw: number;
  readonly epochMs: number;
}

/** The view of a session at this instant. */
export function viewSession(session: Session, { fair, raw, epochMs }: Instant): SessionView {
  return {
    id: session.id,
    user: session.userId,
    state: session.state,
    device: session.device,
    openedAt: Math.round(epochMs - (raw - session.openedAtRaw)),
    lastInboundMs: fair - Math.max(session.heardAt, session.openedAt),
    pingOutMs: session.pingAt === notOut ? null : fair - session.pingAt,
    unconfirmedBytes: session.unconfirmedBytes,
    offset: session.cursor,
    acked: session.acked,
  };
}
