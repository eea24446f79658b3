import { Histogram } from '../core/histogram.ts';
import type { DeathCause } from '../core/death.ts';
import { type CloseCause, closeCauses, type RefusalReason } from '../protocol/close-causes.ts';
import type {
  EvictionPolicy,
  LossReason,
  RepairCounts,
  SessionEvent,
} from '../sessions/session-event.ts';
import { MinuteCount } from './minute-count.ts';

/**
 * Counters, as a fold over the one event union: nothing is counted anywhere else, so no number can disagree with what
 * happened. Gauges are not here; they are read from the registry when asked for.
 */
export class Metrics {
  readonly openedByResult: Map<string, number> = new Map();
  readonly closedByCause: Map<CloseCause, number> = new Map();
  readonly limitHitsByAction: Map<string, number> = new Map();
  /** What came of positions brought back; and of tickets that were ignored. */
  readonly resumedByOutcome: Map<string, number> = new Map();
  /** Tokens that clients brought in place of the one they had. */
  readonly refreshes = { accepted: 0, refused: 0 };
  readonly lostByReason: Map<LossReason, number> = new Map();
  /** Living sessions ended for a newcomer. */
  readonly evictionsByPolicy: Map<EvictionPolicy, number> = new Map();
  /** What would have been done to those who are only observed. */
  readonly wouldRefuseByReason: Map<RefusalReason, number> = new Map();
  readonly wouldReapByCause: Map<DeathCause, number> = new Map();
  readonly pressureReaps = { triggered: 0, successful: 0, failed: 0 };
  readonly sweep = { runs: 0, failures: 0, reaped: 0 };
  readonly openedLastMinute: MinuteCount = new MinuteCount();
  readonly cleanedLastMinute: MinuteCount = new MinuteCount();
  /** Our work on a newcomer who got in, and the time it waited for a slot. */
  readonly admissionWork: Histogram = new Histogram();
  readonly admissionWait: Histogram = new Histogram();
  readonly pingRoundTrip: Histogram = new Histogram();
  opened = 0;
  closed = 0;
  /** Sessions ended by reap, sweep or order, not by their client. */
  cleaned = 0;
  peak = 0;
  published = 0;
  stalls = 0;
  /** Of a node of a cluster: how often its lease was over, and rows of the store that differed from the sessions here. */
  leasesLost = 0;
  readonly repairs: { -readonly [Kind in keyof RepairCounts]: number } = {
    restored: 0,
    removed: 0,
    superseded: 0,
    full: 0,
  };

  /** @param nowMs the instant of the event, by any monotonic clock */
  record<T extends SessionEvent['type']>(event: EventOf<T>, nowMs: number): void {
    const fold: Fold<T> | undefined = folds[event.type];
    fold?.(this, event, nowMs);
  }
}

type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { readonly type: T }>;
type Fold<T extends SessionEvent['type']> = (
  metrics: Metrics,
  event: EventOf<T>,
  nowMs: number,
) => void;

/** One fold for each kind of event that counts. */
const folds: { readonly [T in SessionEvent['type']]?: Fold<T> } = {
  opened: (metrics, { workMs, waitedMs }, nowMs) => {
    metrics.opened += 1;
    metrics.peak = Math.max(metrics.peak, metrics.opened - metrics.closed);
    count(metrics.openedByResult, 'opened');
    metrics.openedLastMinute.add(nowMs);
    metrics.admissionWork.record(workMs);
    metrics.admissionWait.record(waitedMs);
  },
  refused: (metrics, { reason }) => {
    count(metrics.openedByResult, reason);
    if (reason === 'user-limit') count(metrics.limitHitsByAction, 'denied');
  },
  turnedAway: (metrics, { reason }) => count(metrics.openedByResult, reason),
  closed: (metrics, { cause }, nowMs) => {
    metrics.closed += 1;
    count(metrics.closedByCause, cause);
    const { by } = closeCauses[cause];
    if (by !== 'death' && by !== 'order') return;
    metrics.cleaned += 1;
    metrics.cleanedLastMinute.add(nowMs);
  },
  limitHit: (metrics, { joined }) => {
    count(metrics.limitHitsByAction, 'hit');
    if (!joined) metrics.pressureReaps.triggered += 1;
  },
  pressureReaped: ({ pressureReaps }, { found, freed }) => {
    if (freed > 0) pressureReaps.successful += 1;
    else if (found > 0) pressureReaps.failed += 1;
  },
  evicted: (metrics, { policy }) => {
    count(metrics.evictionsByPolicy, policy);
    count(metrics.limitHitsByAction, policy === 'ask' ? 'taken-over' : 'evicted');
  },
  wouldHaveRefused: ({ wouldRefuseByReason }, { reason }) => count(wouldRefuseByReason, reason),
  wouldHaveReaped: ({ wouldReapByCause }, { cause }) => count(wouldReapByCause, cause),
  asked: (metrics) => count(metrics.limitHitsByAction, 'asked'),
  pingAnswered: ({ pingRoundTrip }, { roundTripMs }) => pingRoundTrip.record(roundTripMs),
  published: (metrics, { events }) => {
    metrics.published += events;
  },
  lost: ({ lostByReason }, { events, reason }) => count(lostByReason, reason, events),
  receiptSettled: ({ lostByReason }, { outcome, node }) => {
    if (outcome !== 'delivered' && node === undefined) count(lostByReason, outcome);
  },
  resumed: ({ resumedByOutcome }, { outcome }) => count(resumedByOutcome, outcome),
  refreshed: ({ refreshes }) => {
    refreshes.accepted += 1;
  },
  refreshRefused: ({ refreshes }) => {
    refreshes.refused += 1;
  },
  ticketIgnored: ({ resumedByOutcome }, { why }) => count(resumedByOutcome, `ticket-${why}`),
  swept: ({ sweep }, { reaped }) => {
    sweep.runs += 1;
    sweep.reaped += reaped;
  },
  sweepFailed: ({ sweep }) => {
    sweep.failures += 1;
  },
  stalled: (metrics) => {
    metrics.stalls += 1;
  },
  joined: (metrics, { isAnew }) => {
    if (isAnew) metrics.leasesLost += 1;
  },
  repaired: ({ repairs }, { restored, removed, superseded, full }) => {
    repairs.restored += restored;
    repairs.removed += removed;
    repairs.superseded += superseded;
    repairs.full += full;
  },
};

function count<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
