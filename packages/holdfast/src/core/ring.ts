/** A queue in a circular array that grows by doubling. Bounds are the owner's matter; nothing is dropped by itself. */
export class Ring<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#size) & (this.#items.length - 1)] = item;
    this.#size += 1;
  }

  /** Takes the oldest item off; undefined when there is none. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#size -= 1;
    return item;
  }

  /** The item at this place, 0 being the oldest. */
  at(place: number): T | undefined {
    if (place < 0 || place >= this.#size) return undefined;
    return this.#items[(this.#head + place) & (this.#items.length - 1)];
  }

  #grow(): void {
    const items = [...this.#items.slice(this.#head), ...this.#items.slice(0, this.#head)];
    const capacity = Math.max(8, items.length * 2);
    while (items.length < capacity) items.push(undefined);
    this.#items = items;
    this.#head = 0;
  }
}
