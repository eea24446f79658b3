import type { RefusalReason, SessionEnd } from '../protocol/close-causes.ts';
import type { BlockingSession } from '../core/admission.ts';
import type { DeathCause } from '../core/death.ts';
import type { EnforcementOrder } from '../core/enforcement.ts';
import type { ResumeVerdict } from '../protocol/frames.ts';
import type { ReceiptOutcome } from './receipt.ts';

/** Where an internal failure happened. A closed list: it is a metric label. */
export type FaultPlace =
  | 'listener'
  | 'hook'
  | 'socket'
  | 'timer'
  | 'heartbeat'
  | 'sweep'
  | 'loop-lag'
  | 'registry'
  | 'store'
  | 'application';

/** A newcomer got its slot. */
export interface Opened {
  readonly type: 'opened';
  readonly session: string;
  readonly user: string;
  /** Time spent on our own work, without waiting for a peer. */
  readonly workMs: number;
  /** Time spent waiting for a slot. */
  readonly waitedMs: number;
}

/** Why a newcomer was turned away. `waitedMs` is up to the probe timeout, and up to 30 s more where it was asked. */
export interface Refused {
  readonly type: 'refused';
  readonly user: string;
  readonly reason: RefusalReason;
  readonly limit: number;
  readonly live: number;
  readonly examined: number;
  readonly reaped: number;
  readonly retryAfterMs?: number;
  readonly blocking: readonly BlockingSession[];
  readonly workMs: number;
  readonly waitedMs: number;
}

/** A session is over; it came through the one door out, with its cause. */
export interface Closed {
  readonly type: 'closed';
  readonly session: string;
  readonly user: string;
  readonly cause: SessionEnd;
  readonly ageMs: number;
  /** Words of the administrator who closed it. */
  readonly note?: string;
}

/** An internal failure. Counted every time, told at most once a minute and place. */
export interface Fault {
  readonly type: 'fault';
  readonly where: FaultPlace;
  readonly error: string;
  readonly session?: string;
  /** How many of this place were not told since the last one that was. */
  readonly untold: number;
}

/** Everything that happens, as one union. Metrics, logs and tests are folds over it; nothing else is told. */
export type SessionEvent =
  | Opened
  | Refused
  | Closed
  | Fault
  | { readonly type: 'attached'; readonly session: string; readonly user: string }
  | {
      readonly type: 'limitHit';
      readonly user: string;
      readonly limit: number;
      readonly live: number;
      readonly joined: boolean;
    }
  | {
      readonly type: 'pressureReaped';
      readonly user: string;
      readonly examined: number;
      readonly found: number;
      readonly freed: number;
    }
  | {
      readonly type: 'evicted';
      readonly user: string;
      readonly session: string;
      /** Under `ask` the user chose it, from a newcomer of theirs. */
      readonly policy: EvictionPolicy;
    }
  | {
      readonly type: 'asked';
      readonly user: string;
      readonly limit: number;
      /** How many sessions there were to choose from. */
      readonly live: number;
    }
  | {
      readonly type: 'askingEnded';
      readonly user: string;
      readonly how: AskingEnd;
      /** The session that was taken over. */
      readonly session?: string;
    }
  | { readonly type: 'pingAnswered'; readonly session: string; readonly roundTripMs: number }
  | {
      readonly type: 'published';
      readonly user: string;
      readonly events: number;
      readonly bytes: number;
    }
  | {
      readonly type: 'lost';
      readonly user: string;
      readonly events: number;
      readonly reason: LossReason;
    }
  | {
      /** It is known what became of a tracked event; one that was not delivered counts as lost. */
      readonly type: 'receiptSettled';
      readonly user: string;
      readonly epoch: string;
      readonly offset: number;
      readonly outcome: ReceiptOutcome;
      /**
       * Of a cluster: generation of the node that asked, and that will tell what became of the event; this is only what is
       * known of it here. Absent where this is what became of it.
       */
      readonly node?: number;
    }
  | {
      readonly type: 'gapTold';
      readonly user: string;
      readonly session: string;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly type: 'resumed';
      readonly user: string;
      readonly session: string;
      readonly outcome: ResumeVerdict['outcome'];
    }
  | {
      readonly type: 'refreshed' | 'refreshRefused';
      readonly session: string;
      readonly user: string;
    }
  | { readonly type: 'ticketIgnored'; readonly user: string; readonly why: TicketFlaw }
  | { readonly type: 'sweepStarted'; readonly intervalMs: number }
  | { readonly type: 'sweepStopped' }
  | {
      readonly type: 'sweepFailed';
      readonly error: string;
      /** Nobody was looked at. False where the others were, and only some could not be. */
      readonly isComplete: boolean;
      readonly inARow: number;
      readonly retryAfterMs: number;
    }
  | {
      readonly type: 'swept';
      readonly examined: number;
      readonly reaped: number;
      readonly drift: number;
      readonly tookMs: number;
    }
  | {
      readonly type: 'reaped';
      readonly scope: 'user' | 'all';
      readonly cleaned: number;
      readonly kept: number;
    }
  | { readonly type: 'limitSet'; readonly user: string; readonly limit: number | null }
  | ({ readonly type: 'enforcementSet' } & EnforcementOrder)
  | {
      /** A newcomer of a user who is only observed has got in, and would not have. Told once its probe timeout is over. */
      readonly type: 'wouldHaveRefused';
      readonly session: string;
      readonly user: string;
      /** `rate`: more at once than could have waited. */
      readonly reason: Extract<RefusalReason, 'user-limit' | 'rate'>;
      readonly limit: number;
      /** How many sessions would have been in its way. */
      readonly live: number;
    }
  | {
      /** A session of a user who is only observed is dead and stays. Told again only if it has been heard in between. */
      readonly type: 'wouldHaveReaped';
      readonly session: string;
      readonly user: string;
      readonly cause: DeathCause;
    }
  | { readonly type: 'stalled'; readonly gapMs: number }
  | { readonly type: 'turnedAway'; readonly reason: RefusalReason }
  | { readonly type: 'unknownHandle'; readonly session: string }
  /** This process has a lease, under a generation that is its own; `isAnew`: its former one had lapsed. */
  | { readonly type: 'joined'; readonly generation: number; readonly isAnew: boolean }
  /** The store does not answer, and is not asked for a while. */
  | { readonly type: 'storeAway'; readonly error: string }
  | { readonly type: 'storeBack'; readonly awayMs: number }
  | ({
      /** The rows of the store and the sessions here differed about a user, and agree now. */
      readonly type: 'repaired';
      readonly user: string;
    } & RepairCounts);

/** What differed between the rows of a user in the store and their sessions here. */
export interface RepairCounts {
  /** Sessions here whose rows were gone, and are back. */
  readonly restored: number;
  /** Rows that named sessions of this node which are over, or nodes that are gone. */
  readonly removed: number;
  /** Sessions here whose client has come back elsewhere. */
  readonly superseded: number;
  /** Sessions here for which there is no room any more. */
  readonly full: number;
}

/** The policies under which somebody alive is ended for a newcomer. A closed list: it is a metric label. */
export type EvictionPolicy = 'evict-oldest' | 'ask';

/**
 * How the asking of a newcomer ended: it took a session over; a slot became free by itself; nobody answered in time; it was
 * turned away for another reason, which `refused` tells; it left.
 */
export type AskingEnd = 'took-over' | 'slot-free' | 'expired' | 'turned-away' | 'left';

/** Why a ticket is not good: not of this user, altered or none at all; or its successor has been confirmed. */
export type TicketFlaw = 'invalid' | 'spent';

/**
 * Why an event is gone that nobody received: pushed out by newer ones, too large to be kept at all, aged out while the
 * user was away, or a broadcast to those who were there.
 */
export type LossReason = 'overflow' | 'too-large' | 'expired' | 'broadcast';
