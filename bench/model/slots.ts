/** What is known of a slot. `away`: its row is there, its client is not: half-open, reserved, or of a node that is gone. */
const slotState = { free: 0, live: 1, away: 2 } as const;

const nobody = -1;

/**
 * The slots of all users, in typed arrays: slot `user * limit + k` is one of a user's. Keeps count of what follows from
 * them, so that nothing is added up over all users.
 */
export class Slots {
  readonly limit: number;
  readonly #state: Uint8Array;
  readonly #node: Int16Array;
  /** Live slots, in no order, and where each stands there. */
  readonly #live: Int32Array;
  readonly #place: Int32Array;
  /** Users with a slot, by node. */
  readonly usersOn: Int32Array;
  liveCount = 0;
  /** Users with at least one slot. */
  present = 0;
  /** For each node, the users with a slot there, added up; and the same, each times the slots of the user. */
  places = 0;
  rowsOverPlaces = 0;

  constructor(users: number, limit: number, nodes: number) {
    this.limit = limit;
    this.#state = new Uint8Array(users * limit);
    this.#node = new Int16Array(users * limit).fill(nobody);
    this.#live = new Int32Array(users * limit);
    this.#place = new Int32Array(users * limit);
    this.usersOn = new Int32Array(nodes);
  }

  nodeOf(slot: number): number {
    return this.#node[slot] ?? nobody;
  }

  isAway(slot: number): boolean {
    return this.#state[slot] === slotState.away;
  }

  /** A live slot by its place among them. */
  liveAt(place: number): number {
    return this.#live[place] ?? 0;
  }

  userOf(slot: number): number {
    return Math.floor(slot / this.limit);
  }

  /** How many slots a user holds. */
  count(user: number): number {
    let count = 0;
    for (let slot = user * this.limit; slot < (user + 1) * this.limit; slot += 1)
      if (this.#state[slot] !== slotState.free) count += 1;
    return count;
  }

  /** How many nodes they are on, one of them left out or none. */
  spread(user: number, without: number = nobody): number {
    const first = user * this.limit;
    let spread = 0;
    for (let slot = first; slot < first + this.limit; slot += 1) {
      const node = this.#node[slot] ?? nobody;
      if (node === nobody || node === without) continue;
      let isNew = true;
      for (let other = first; other < slot; other += 1)
        if (this.#node[other] === node) isNew = false;
      if (isNew) spread += 1;
    }
    return spread;
  }

  isOn(user: number, node: number): boolean {
    const first = user * this.limit;
    for (let slot = first; slot < first + this.limit; slot += 1)
      if (this.#node[slot] === node) return true;
    return false;
  }

  /** The node of one of a user's slots, the `nth` of them. */
  nodeOfNth(user: number, nth: number): number {
    let left = nth;
    for (let slot = user * this.limit; slot < (user + 1) * this.limit; slot += 1) {
      if (this.#state[slot] === slotState.free) continue;
      if (left === 0) return this.nodeOf(slot);
      left -= 1;
    }
    return nobody;
  }

  /** Takes a free slot; the user must have one. */
  take(user: number, node: number): void {
    for (let slot = user * this.limit; slot < (user + 1) * this.limit; slot += 1) {
      if (this.#state[slot] !== slotState.free) continue;
      this.#change(user, () => {
        this.#node[slot] = node;
        if (!this.#isOnBut(user, node, slot)) this.usersOn[node] = (this.usersOn[node] ?? 0) + 1;
        this.#enliven(slot);
      });
      return;
    }
  }

  /** Its client is back, at another node or the same. */
  move(slot: number, node: number): void {
    const user = this.userOf(slot);
    this.#change(user, () => {
      const before = this.nodeOf(slot);
      if (!this.#isOnBut(user, before, slot))
        this.usersOn[before] = (this.usersOn[before] ?? 0) - 1;
      this.#node[slot] = node;
      if (!this.#isOnBut(user, node, slot)) this.usersOn[node] = (this.usersOn[node] ?? 0) + 1;
      this.#enliven(slot);
    });
  }

  /** Its client is not there any more; it stays taken. */
  leave(slot: number): void {
    this.#state[slot] = slotState.away;
    this.liveCount -= 1;
    const place = this.#place[slot] ?? 0;
    const last = this.#live[this.liveCount] ?? 0;
    this.#live[place] = last;
    this.#place[last] = place;
  }

  free(slot: number): void {
    const user = this.userOf(slot);
    this.#change(user, () => {
      if (this.#state[slot] === slotState.live) this.leave(slot);
      const node = this.nodeOf(slot);
      this.#node[slot] = nobody;
      this.#state[slot] = slotState.free;
      if (!this.isOn(user, node)) this.usersOn[node] = (this.usersOn[node] ?? 0) - 1;
    });
  }

  #isOnBut(user: number, node: number, but: number): boolean {
    const first = user * this.limit;
    for (let slot = first; slot < first + this.limit; slot += 1)
      if (slot !== but && this.#node[slot] === node) return true;
    return false;
  }

  #enliven(slot: number): void {
    this.#state[slot] = slotState.live;
    this.#live[this.liveCount] = slot;
    this.#place[slot] = this.liveCount;
    this.liveCount += 1;
  }

  #change(user: number, act: () => void): void {
    const [count, spread] = [this.count(user), this.spread(user)];
    act();
    const [countNow, spreadNow] = [this.count(user), this.spread(user)];
    this.present += Number(countNow > 0) - Number(count > 0);
    this.places += spreadNow - spread;
    this.rowsOverPlaces += countNow * spreadNow - count * spread;
  }
}
