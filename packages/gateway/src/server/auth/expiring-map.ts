/** What an expiring map is made from. */
export interface ExpiringMapOptions {
  /** Monotonic ms. */
  readonly now: () => number;
  /** Most entries; more are not taken. */
  readonly capacity: number;
}

interface Entry<V> {
  readonly value: V;
  readonly endsAtMs: number;
}

/** A bounded map whose entries end at an instant of their own. None is given up before that. */
export class ExpiringMap<V> {
  readonly #now: () => number;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry<V>>();

  constructor({ now, capacity }: ExpiringMapOptions) {
    this.#now = now;
    this.#capacity = capacity;
  }

  /**
   * Sets an entry, in place of the one of the same key. False, and nothing is changed, when the map
   * is full of entries that have not ended.
   *
   * @param endsAtMs monotonic ms
   */
  set(key: string, value: V, endsAtMs: number): boolean {
    if (!this.#hasRoomFor(key)) this.removeEnded();
    if (!this.#hasRoomFor(key)) return false;
    this.#entries.set(key, { value, endsAtMs });
    return true;
  }

  /** The value of this key; undefined when there is none, or no more. */
  find(key: string): V | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.endsAtMs > this.#now() ? entry.value : undefined;
  }

  /** Lets go of the entries that have ended. */
  removeEnded(): void {
    const now = this.#now();
    for (const [key, { endsAtMs }] of this.#entries) {
      if (endsAtMs <= now) this.#entries.delete(key);
    }
  }

  /** How many entries are held. */
  get size(): number {
    return this.#entries.size;
  }

  #hasRoomFor(key: string): boolean {
    return this.#entries.size < this.#capacity || this.#entries.has(key);
  }
}
