import type { Receipt, UndeliveredReason } from './receipt.ts';
import type { SharedBytes } from './shared-bytes.ts';

/** What is kept about an event beside its bytes. Most have nothing of it; users share one where they can. */
export interface EntryNotes {
  /** The lineage it is for, or null for all sessions of the user. */
  readonly onlyFor: number | null;
  /** The publisher's name for it, or null. */
  readonly eventId: string | null;
  /** The end of its frame, or the whole of it, where users share it. */
  readonly shared: SharedBytes | null;
  /** Where its publisher wants to know what becomes of it. */
  readonly receipt: Receipt | null;
}

/** Memory that a place in the list takes, and beside it a name or a receipt of an event; measured on Node 20, rounded up. */
const placeBytes = 8;
const namedBytes = 200;
const receiptBytes = 400;

/** The notes on the entries of one log, from the first that has some to the newest. */
export class LogNotes {
  #places: (EntryNotes | null)[] = [];
  /** Offset of the first place. */
  #from = 0;
  /** How many places have notes. */
  #noted = 0;
  #ids: Map<string, number> | null = null;
  #named = 0;
  #tracked = 0;

  /** What they take in memory, about, without what is shared. */
  get weight(): number {
    const own = this.#named * namedBytes + this.#tracked * receiptBytes;
    return this.#places.length * placeBytes + own;
  }

  at(offset: number): EntryNotes | null {
    const place = offset - this.#from;
    return place < 0 ? null : (this.#places[place] ?? null);
  }

  /** How many entries from this offset on are for other lineages. */
  notFor(lineage: number, from: number): number {
    let others = 0;
    for (let place = Math.max(0, from - this.#from); place < this.#places.length; place += 1) {
      const onlyFor = this.#places[place]?.onlyFor ?? null;
      if (onlyFor !== null && onlyFor !== lineage) others += 1;
    }
    return others;
  }

  /** The receipts that are not settled, up to this offset. */
  *receiptsUpTo(offset: number): Generator<Receipt, void, undefined> {
    if (this.#tracked === 0) return;
    for (let place = 0; place <= offset - this.#from; place += 1) {
      const receipt = this.#places[place]?.receipt ?? null;
      if (receipt !== null && receipt.outcome === null) yield receipt;
    }
  }

  /** The offset of the event a publisher gave this name. */
  offsetOf(eventId: string): number | undefined {
    return this.#ids?.get(eventId);
  }

  /** Notes, or that there are none, on the entry after the newest. */
  append(offset: number, notes: EntryNotes | null): void {
    if (this.#noted === 0 && notes === null) return;
    if (this.#noted === 0) this.#from = offset;
    this.#places.push(notes);
    if (notes === null) return;
    this.#noted += 1;
    notes.shared?.hold();
    if (isNamed(notes)) this.#named += 1;
    if (notes.receipt !== null) this.#tracked += 1;
    if (notes.eventId === null) return;
    this.#ids ??= new Map();
    this.#ids.set(notes.eventId, offset);
  }

  /** Lets the notes on the oldest entry go. @param reason what its receipt settles for, unless somebody still confirms it */
  drop(offset: number, reason: UndeliveredReason): void {
    const place = offset - this.#from;
    const notes = this.at(offset);
    if (notes !== null) {
      this.#places[place] = null;
      this.#forget(notes);
      notes.receipt?.leftLog(reason);
    }
    if (this.#noted === 0) this.#places = [];
    else if (place * 2 >= this.#places.length) {
      this.#places.splice(0, place + 1);
      this.#from = offset + 1;
    }
  }

  #forget(notes: EntryNotes): void {
    this.#noted -= 1;
    notes.shared?.letGo();
    if (isNamed(notes)) this.#named -= 1;
    if (notes.receipt !== null) this.#tracked -= 1;
    if (notes.eventId !== null) this.#ids?.delete(notes.eventId);
  }
}

function isNamed({ onlyFor, eventId }: EntryNotes): boolean {
  return onlyFor !== null || eventId !== null;
}
