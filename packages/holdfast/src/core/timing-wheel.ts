/** Something that has one deadline. The wheel asks it again when the deadline it last named comes up. */
export interface Timed {
  /**
   * Called once the named deadline has passed. Returns the next instant to be asked at, or {@link never}, which takes
   * the entry off the wheel. It may be called early after a wrap; it decides by its own facts, never by having been called.
   */
  due(now: number): number;
}

/** The deadline of something that need not be asked again. */
export const never: number = Number.POSITIVE_INFINITY;

/** The id of nothing on the wheel. */
export const noEntry = -1;

/** What became of one turn: `more` when the share of work given was spent before all that was due had been asked. */
export interface Turn {
  readonly asked: number;
  readonly more: boolean;
}

const spokes = 4096;
const mask = spokes - 1;
/** Entries for which there is room from the start. */
const smallest = 64;

/**
 * One timing wheel for a whole process: 4,096 spokes of one tick each, each a doubly linked list in typed arrays, so an
 * entry costs 16 bytes plus its owner's reference and no closure. A deadline that moves out is not moved on the wheel:
 * its owner is asked at the old one and names the new one. A turn costs O(due).
 * Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987, scheme 6.
 */
export class TimingWheel {
  readonly #tickMs: number;
  readonly #onThrow: (owner: Timed, error: unknown) => void;
  readonly #heads: Int32Array = new Int32Array(spokes).fill(noEntry);
  #owners: (Timed | null)[] = [];
  #next: Int32Array = new Int32Array(smallest).fill(noEntry);
  #previous: Int32Array = new Int32Array(smallest).fill(noEntry);
  #ticks: Float64Array = new Float64Array(smallest);
  #free = noEntry;
  #size = 0;
  /** The tick whose spoke is asked next. */
  #position: number;

  /** @param onThrow told when an owner throws; the owner is asked again one second later, the others are untouched */
  constructor(tickMs: number, now: number, onThrow: (owner: Timed, error: unknown) => void) {
    this.#tickMs = tickMs;
    this.#onThrow = onThrow;
    this.#position = this.#tickOf(now);
  }

  get size(): number {
    return this.#size;
  }

  /** Puts an owner on the wheel and returns the id of its entry. */
  add(owner: Timed, deadline: number): number {
    const id = this.#takeId();
    this.#owners[id] = owner;
    this.#size += 1;
    this.#link(id, deadline);
    return id;
  }

  /** Names another deadline for an entry at once. */
  move(id: number, deadline: number): void {
    if (!this.#owners[id]) return;
    this.#unlink(id);
    this.#link(id, deadline);
  }

  /** When the entry will be asked at the latest; `never` for an id that is not on the wheel. */
  deadlineOf(id: number): number {
    return this.#owners[id] ? (this.#ticks[id] ?? 0) * this.#tickMs : never;
  }

  remove(id: number): void {
    if (id === noEntry || !this.#owners[id]) return;
    this.#unlink(id);
    this.#owners[id] = null;
    this.#size -= 1;
    this.#next[id] = this.#free;
    this.#free = id;
    if (this.#size === 0 && this.#next.length > smallest) this.#forgetEntries();
  }

  /** Skips time in which nothing was on the wheel. */
  restart(now: number): void {
    if (this.#size === 0) this.#position = this.#tickOf(now);
  }

  /**
   * Asks every owner whose deadline lies at or before `now`, at most `most` of them. What is left is asked first in the
   * next turn, so no turn is longer than its share.
   */
  turn(now: number, most: number): Turn {
    const until = this.#tickOf(now);
    let asked = 0;
    while (this.#position <= until) {
      const spoke = this.#position & mask;
      let id = this.#heads[spoke] ?? noEntry;
      while (id !== noEntry) {
        if (asked >= most) return { asked, more: true };
        asked += 1;
        this.#ask(id, now);
        id = this.#heads[spoke] ?? noEntry;
      }
      if (this.#size === 0) {
        this.#position = until + 1;
        break;
      }
      this.#position += 1;
    }
    return { asked, more: false };
  }

  #ask(id: number, now: number): void {
    const owner = this.#owners[id];
    if (!owner) return;
    this.#unlink(id);
    let deadline = now + 1000;
    try {
      deadline = owner.due(now);
    } catch (error) {
      this.#onThrow(owner, error);
    }
    if (this.#owners[id] !== owner) return;
    if (deadline === never) this.remove(id);
    else this.move(id, Math.max(deadline, (this.#tickOf(now) + 1) * this.#tickMs));
  }

  #tickOf(instant: number): number {
    return Math.floor(instant / this.#tickMs);
  }

  /**
   * Deadlines farther away than one time around are asked at the end of it; so one spoke only ever holds entries of
   * one tick, and whatever hangs on the spoke of the position is due.
   */
  #link(id: number, deadline: number): void {
    const wanted = Math.ceil(deadline / this.#tickMs);
    const tick = Math.min(Math.max(wanted, this.#position), this.#position + mask);
    const spoke = tick & mask;
    const head = this.#heads[spoke] ?? noEntry;
    this.#ticks[id] = tick;
    this.#next[id] = head;
    this.#previous[id] = noEntry;
    if (head !== noEntry) this.#previous[head] = id;
    this.#heads[spoke] = id;
  }

  /** Does nothing to an entry that hangs on no spoke (while its owner is being asked). */
  #unlink(id: number): void {
    const next = this.#next[id] ?? noEntry;
    const previous = this.#previous[id] ?? noEntry;
    const spoke = (this.#ticks[id] ?? 0) & mask;
    if (previous !== noEntry) this.#next[previous] = next;
    else if (this.#heads[spoke] === id) this.#heads[spoke] = next;
    if (next !== noEntry) this.#previous[next] = previous;
    this.#next[id] = noEntry;
    this.#previous[id] = noEntry;
  }

  #takeId(): number {
    const id = this.#free;
    if (id !== noEntry) {
      this.#free = this.#next[id] ?? noEntry;
      return id;
    }
    const fresh = this.#owners.length;
    if (fresh === this.#next.length) this.#grow();
    this.#owners.push(null);
    return fresh;
  }

  /** Nothing is on the wheel: the room that a crowd once took is given back. */
  #forgetEntries(): void {
    this.#owners = [];
    this.#next = new Int32Array(smallest).fill(noEntry);
    this.#previous = new Int32Array(smallest).fill(noEntry);
    this.#ticks = new Float64Array(smallest);
    this.#free = noEntry;
  }

  #grow(): void {
    const capacity = this.#next.length + (this.#next.length >> 1);
    this.#next = copyInto(new Int32Array(capacity), this.#next);
    this.#previous = copyInto(new Int32Array(capacity), this.#previous);
    this.#ticks = copyInto(new Float64Array(capacity), this.#ticks);
  }
}

function copyInto<T extends Int32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
