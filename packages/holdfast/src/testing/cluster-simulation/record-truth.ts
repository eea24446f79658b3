/** What the store has put at one place of a record. */
export interface Placed {
  /** The number the event carries; null for a word about something that is missing. */
  readonly number: number | null;
  readonly onlyFor: number | null;
  /** Sessions of the user that held a row then: it counts as delivered to each of them. */
  readonly holders: readonly number[];
  readonly at: number;
  /** The how many-eth event of all. */
  readonly order: number;
  /** The store has lost it since. */
  isLost: boolean;
}

/** An event as it was handed to a node. */
export interface EventTruth {
  readonly number: number;
  /** Null for a broadcast. */
  readonly user: string | null;
  /** It may be handed over again, under the same name. */
  readonly isNamed: boolean;
  isAcknowledged: boolean;
  /** A client has read it. */
  isRead: boolean;
}

/** What is known of the records of one user, from whoever watches the store. */
export class RecordTruth {
  readonly #places: Map<string, Map<number, Placed[]>> = new Map();
  /** Epochs whose numbers have gone back: a place may have been given twice. */
  readonly #turnedBack: Set<string> = new Set();
  /** Numbers of events that were written to any session, and places that were told as missing. */
  readonly written: Set<number> = new Set();
  readonly #told: Map<string, [from: number, to: number][]> = new Map();

  place(epoch: string, offset: number, placed: Placed): void {
    const places = this.#places.get(epoch) ?? new Map<number, Placed[]>();
    this.#places.set(epoch, places);
    places.set(offset, [...(places.get(offset) ?? []), placed]);
  }

  /** What was placed after that is lost. */
  lose(afterOrder: number): void {
    for (const [epoch, places] of this.#places)
      for (const placed of [...places.values()].flat()) {
        if (placed.order <= afterOrder) continue;
        placed.isLost = true;
        this.#turnedBack.add(epoch);
      }
  }

  isTurnedBack(epoch: string): boolean {
    return this.#turnedBack.has(epoch);
  }

  /** Everything that was ever at this place. */
  at(epoch: string, offset: number): readonly Placed[] {
    return this.#places.get(epoch)?.get(offset) ?? [];
  }

  /** What stands after one offset and up to another, and was not lost. */
  between(epoch: string, after: number, upTo: number): { offset: number; placed: Placed }[] {
    const found: { offset: number; placed: Placed }[] = [];
    for (let offset = after + 1; offset <= upTo; offset += 1) {
      const placed = this.at(epoch, offset).findLast(({ isLost }) => !isLost);
      if (placed !== undefined) found.push({ offset, placed });
    }
    return found;
  }

  /** A session was told that these places are gone. */
  tellGone(epoch: string, from: number, to: number): void {
    this.#told.set(epoch, [...(this.#told.get(epoch) ?? []), [from, to]]);
  }

  isToldGone(epoch: string, offset: number): boolean {
    return (this.#told.get(epoch) ?? []).some(([from, to]) => from <= offset && offset <= to);
  }
}
