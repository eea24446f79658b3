import { noEntry, type Timed } from '../core/timing-wheel.ts';

/** What became of a tracked event. */
export type ReceiptOutcome = 'delivered' | UndeliveredReason;

/** Why nobody confirmed a tracked event: its time was over, or it was pushed out of the log. */
export type UndeliveredReason = 'expired' | 'overflow';

/** Somebody who waits for what becomes of an event. */
export interface ReceiptWaiter {
  /** Called exactly once. */
  answer(outcome: ReceiptOutcome): void;
}

/** What is done for receipts. One object for all of them. */
export interface ReceiptDuties {
  /** Nobody who has not got it will get it any more, for this reason. */
  withdraw(receipt: Receipt, reason: UndeliveredReason): void;
  /** Its deadline may have come up; returns the next one. */
  due(receipt: Receipt, now: number): number;
}

/** What a receipt is made from. */
export interface ReceiptSeed {
  readonly userId: string;
  readonly offset: number;
  readonly event: string;
  readonly eventId: string | null;
  /** By the raw clock; Infinity for an event without a ttl. */
  readonly endsAtRaw: number;
}

/**
 * What is known of one tracked event. It lives with its log entry, and longer only while a session that was written the
 * event can still confirm it.
 *
 * ```
 *   in the log, in time ──────────── confirmed ───────────▶ delivered
 *        │ withdrawn: pushed out, or its ttl is over             ▲
 *        ▼                                                       │
 *   held by sessions it was written to ── one confirms ──────────┘
 *        │ the last of them ends, or there was none
 *        ▼
 *   overflow or expired: the reason of the withdrawal
 * ```
 */
export class Receipt implements Timed {
  readonly #duties: ReceiptDuties;
  readonly userId: string;
  readonly offset: number;
  readonly event: string;
  readonly eventId: string | null;
  readonly endsAtRaw: number;
  /** Null until it is known; never changes after that. */
  outcome: ReceiptOutcome | null = null;
  /** Why nobody new gets it; null while it can still be written to anybody. */
  withdrawn: UndeliveredReason | null = null;
  /** How many sessions were written it, or are being written it, that can still confirm it. */
  holders = 0;
  /** The lineages of all sessions it was written to; a position of one of them confirms it, too. */
  lineages: number[] | null = null;
  waiters: Set<ReceiptWaiter> | null = null;
  /** Entry on the timing wheel; only with a ttl. */
  timer: number = noEntry;

  constructor(duties: ReceiptDuties, seed: ReceiptSeed) {
    this.#duties = duties;
    this.userId = seed.userId;
    this.offset = seed.offset;
    this.event = seed.event;
    this.eventId = seed.eventId;
    this.endsAtRaw = seed.endsAtRaw;
  }

  /** Its entry is gone from the log. */
  leftLog(reason: UndeliveredReason): void {
    this.#duties.withdraw(this, reason);
  }

  due(now: number): number {
    return this.#duties.due(this, now);
  }
}
