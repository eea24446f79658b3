/** Something that knows its neighbours in an {@link AgeOrder}; only the order changes them. */
export interface Aged<T> {
  older: T | null;
  newer: T | null;
}

/**
 * Things in the order in which they were last touched, each holding on to its neighbours. Every act takes constant time: a
 * set that is emptied from its old end is searched for its first member past all that have gone.
 */
export class AgeOrder<T extends Aged<T>> {
  #oldest: T | null = null;
  #newest: T | null = null;
  #size = 0;

  get oldest(): T | null {
    return this.#oldest;
  }

  get size(): number {
    return this.#size;
  }

  /** Makes it the newest, whether it was among them or not. */
  touched(item: T): void {
    if (this.#newest === item) return;
    this.remove(item);
    item.older = this.#newest;
    if (this.#newest === null) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
    this.#size += 1;
  }

  /** Takes it out; does nothing to one that is not among them. */
  remove(item: T): void {
    if (item.older === null && this.#oldest !== item) return;
    if (item.older === null) this.#oldest = item.newer;
    else item.older.newer = item.newer;
    if (item.newer === null) this.#newest = item.older;
    else item.newer.older = item.older;
    item.older = null;
    item.newer = null;
    this.#size -= 1;
  }
}
