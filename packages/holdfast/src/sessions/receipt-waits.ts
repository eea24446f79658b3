import { never, noEntry, type Timed } from '../core/timing-wheel.ts';
import type { Pulse } from './pulse.ts';
import type { Receipt, ReceiptOutcome, ReceiptWaiter } from './receipt.ts';

/** Waits under way at once; whoever comes then is answered at once. */
const mostWaits = 10_000;

/** How long to wait for what becomes of an event. */
export interface WaitTerms {
  /** Milliseconds. */
  readonly waitMs: number;
  /** Ends the wait before its time. */
  readonly signal?: AbortSignal;
}

/** Those who wait for what becomes of an event. Every wait ends: with the event, in time, or when nobody listens any more. */
export class ReceiptWaits {
  readonly #pulse: Pulse;
  #size = 0;

  constructor(pulse: Pulse) {
    this.#pulse = pulse;
  }

  /** How many wait now. */
  get size(): number {
    return this.#size;
  }

  /** What became of it, as far as it is known within the time given; null when it is not. Never rejects. */
  outcomeOf(receipt: Receipt, { waitMs, signal }: WaitTerms): Promise<ReceiptOutcome | null> {
    // Looking at the clock may tell of a stall, and whoever hears of it may settle the receipt.
    const endsAt = this.#pulse.now() + waitMs;
    const isPointless = waitMs <= 0 || signal?.aborted === true || this.#size >= mostWaits;
    if (receipt.outcome !== null || isPointless) return Promise.resolve(receipt.outcome);
    this.#size += 1;
    return new Promise((resolve) => {
      const wait = new Wait(receipt, (outcome) => {
        this.#size -= 1;
        this.#pulse.remove(wait.timer);
        signal?.removeEventListener('abort', leave);
        resolve(outcome);
      });
      const leave = (): void => wait.giveUp();
      signal?.addEventListener('abort', leave);
      wait.timer = this.#pulse.add(wait, endsAt);
      if (wait.isOver) this.#pulse.remove(wait.timer);
    });
  }
}

class Wait implements ReceiptWaiter, Timed {
  readonly #receipt: Receipt;
  readonly #end: (outcome: ReceiptOutcome | null) => void;
  isOver = false;
  timer: number = noEntry;

  constructor(receipt: Receipt, end: (outcome: ReceiptOutcome | null) => void) {
    this.#receipt = receipt;
    this.#end = end;
    receipt.waiters ??= new Set();
    receipt.waiters.add(this);
  }

  answer(outcome: ReceiptOutcome | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#receipt.waiters?.delete(this);
    this.#end(outcome);
  }

  giveUp(): void {
    this.answer(null);
  }

  due(): number {
    this.giveUp();
    return never;
  }
}
