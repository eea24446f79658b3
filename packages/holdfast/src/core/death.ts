import type { SessionState } from './lifecycle.ts';

/**
 * A peer that moves fewer bytes per second than this is given up. A ping queues behind everything written before it,
 * so its patience grows by the bytes in front of it divided by this rate.
 */
export const slowestLinkBytesPerSecond: number = 32 * 1024;

/** Marks a ping that is not out. */
export const notOut = -1;

/** What a transport says about itself. An engine that cannot tell says `unknown`, which is never a reason to end. */
export type TransportState = 'open' | 'closed' | 'unknown';

/** The facts of one session that bear on life and death. Instants are milliseconds of the fair clock. */
export interface VitalFacts {
  readonly state: SessionState;
  readonly openedAt: number;
  /** When a frame of the peer was last read; before the first, just before its newcomer came. */
  readonly heardAt: number;
  /** The peer sent a frame at this instant or later: what was read may have lain in the kernel for a while. */
  readonly provenAt: number;
  /** When the outstanding ping went out, or {@link notOut}. */
  readonly pingAt: number;
  /** Bytes written before that ping which the peer has not confirmed. */
  readonly bytesBeforePing: number;
  readonly transport: TransportState;
}

/** How long to wait for what. */
export interface Patience {
  /** For the answer to a ping: the ping timeout, or the probe timeout when the same user needs the slot. */
  readonly pingMs: number;
  /** From reserved to attached. */
  readonly openMs: number;
}

/** The three facts that let clean-up end a session (I2). There is no fourth, and no second definition anywhere. */
export type DeathCause = 'transport-closed' | 'no-pong' | 'open-timeout';

/**
 * Why this session is dead, or null while it is not known to be.
 *
 * `now` is the last instant up to which the event loop has polled every socket (I11), so that an answer which lies in
 * a kernel buffer is always seen first. Quiet, old and unknown are not dead.
 */
export function causeOfDeath(
  facts: VitalFacts,
  patience: Patience,
  now: number,
): DeathCause | null {
  if (facts.state === 'closed') return null;
  if (facts.transport === 'closed') return 'transport-closed';
  if (now < deathDueAt(facts, patience)) return null;
  return facts.state === 'opening' ? 'open-timeout' : 'no-pong';
}

/**
 * The instant at which, if nothing is heard, the session is dead; Infinity when no known deadline leads there.
 * A frame that arrived after the ping went out proves life as well as its pong would, so patience starts again there.
 */
export function deathDueAt(facts: VitalFacts, patience: Patience): number {
  if (facts.state === 'opening') return facts.openedAt + patience.openMs;
  if (facts.state === 'closed' || facts.pingAt === notOut) return Number.POSITIVE_INFINITY;
  return (
    Math.max(facts.pingAt, facts.heardAt) +
    patience.pingMs +
    backlogAllowanceMs(facts.bytesBeforePing)
  );
}

/**
 * Whether a session should have been settled by `now`: heard again, or ended. It holds for none while the heartbeat
 * works, so this tells of the heartbeat and not of the peer: it is no reason to end a session (I2).
 *
 * @param intervalMs the longest time from one ping to the next
 */
export function isOverdue(
  facts: VitalFacts,
  { intervalMs, patience }: { readonly intervalMs: number; readonly patience: Patience },
  now: number,
): boolean {
  if (facts.state === 'closed') return false;
  if (facts.state === 'opening') return now > facts.openedAt + patience.openMs + settlingMs;
  // A ping that could not be sent is tried again an interval later.
  const budgetMs = 2 * intervalMs + patience.pingMs + backlogAllowanceMs(facts.bytesBeforePing);
  return now > Math.max(facts.heardAt, facts.openedAt) + budgetMs + settlingMs;
}

/** How long after its deadline a session may be looked at on a busy machine. */
const settlingMs = 1_000;

/** How much longer a ping may take that has this many bytes in front of it. */
export function backlogAllowanceMs(bytes: number): number {
  return Math.ceil((bytes * 1000) / slowestLinkBytesPerSecond);
}
