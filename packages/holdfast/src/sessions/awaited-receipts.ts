import type { Receipt } from './receipt.ts';

/** Tracked events that one session may owe the confirmation of; beyond that the oldest no longer counts on it. */
export const mostAwaited = 4_096;

/** The tracked events written to one session that it has not confirmed, in the order of their offsets. */
export class AwaitedReceipts {
  #receipts: (Receipt | null)[] = [];
  /** Place of the first that is left. */
  #head = 0;

  get size(): number {
    return this.#receipts.length - this.#head;
  }

  /** Nearly always at the end: only an engine that calls back while it writes has them come in another order. */
  add(receipt: Receipt): void {
    let place = this.#receipts.length;
    while (place > this.#head && (this.#receipts[place - 1]?.offset ?? 0) > receipt.offset)
      place -= 1;
    if (place === this.#receipts.length) this.#receipts.push(receipt);
    else this.#receipts.splice(place, 0, receipt);
  }

  /** Takes out the first if it lies at this offset or before; null when there is none. Amortised O(1). */
  takeUpTo(offset: number): Receipt | null {
    const first = this.#receipts[this.#head] ?? null;
    if (first === null || first.offset > offset) return null;
    this.#receipts[this.#head] = null;
    this.#head += 1;
    if (this.#head * 2 > this.#receipts.length) {
      this.#receipts.splice(0, this.#head);
      this.#head = 0;
    }
    return first;
  }
}
