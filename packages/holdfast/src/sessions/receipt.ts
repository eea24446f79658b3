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
  readonly epoch: string;
  readonly offset: number;
  readonly event: string;
  readonly eventId: string | null;
  /** By the raw clock; Infinity for an event without a ttl. */
  readonly endsAtRaw: number;
  /** Of a cluster: generation of the node whose publisher wants to know; absent where that is one of this process. */
  readonly node?: number;
}

interface Written {
  readonly lineage: number;
  readonly generation: number;
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
  readonly epoch: string;
  readonly offset: number;
  readonly event: string;
  readonly eventId: string | null;
  readonly endsAtRaw: number;
  /** The node that asked, where it is for that to tell what became of the event; null where it is for us. */
  readonly node: number | null;
  /** Null until it is known; never changes after that. */
  outcome: ReceiptOutcome | null = null;
  /** Why nobody new gets it; null while it can still be written to anybody. */
  withdrawn: UndeliveredReason | null = null;
  /** How many sessions were written it, or are being written it, that can still confirm it. */
  holders = 0;
  waiters: Set<ReceiptWaiter> | null = null;
  /** Of each lineage the first generation it was written to: whoever was on that session, or a later one, knows of it. */
  #writtenTo: Written[] | null = null;
  /** Entry on the timing wheel; only with a ttl. */
  timer: number = noEntry;

  constructor(duties: ReceiptDuties, seed: ReceiptSeed) {
    this.#duties = duties;
    this.userId = seed.userId;
    this.epoch = seed.epoch;
    this.offset = seed.offset;
    this.event = seed.event;
    this.eventId = seed.eventId;
    this.endsAtRaw = seed.endsAtRaw;
    this.node = seed.node ?? null;
  }

  /** It was written to a session of this lineage and generation. */
  noteWritten({ lineage, generation }: Written): void {
    this.#writtenTo ??= [];
    if (!this.#writtenTo.some((other) => other.lineage === lineage))
      this.#writtenTo.push({ lineage, generation });
  }

  /**
   * Whether it was written to a session of this lineage, of this generation or before. Those of several nodes are not in order:
   * there it has to be that very generation, since the client may have jumped over it on another node in between.
   */
  wasWrittenTo({ lineage, generation }: Written, isInOrder: boolean): boolean {
    const written = this.#writtenTo?.find((one) => one.lineage === lineage);
    if (written === undefined) return false;
    return isInOrder ? written.generation <= generation : written.generation === generation;
  }

  /** Clients of this lineage have jumped over it: where they are tells nothing of it any more. */
  forgetWritten(lineage: number): void {
    if (this.#writtenTo?.some((written) => written.lineage === lineage) === true)
      this.#writtenTo = this.#writtenTo.filter((written) => written.lineage !== lineage);
  }

  /** Its entry is gone from the log. */
  leftLog(reason: UndeliveredReason): void {
    this.#duties.withdraw(this, reason);
  }

  due(now: number): number {
    return this.#duties.due(this, now);
  }
}
