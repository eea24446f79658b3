import type { World } from './world.ts';

/** One direction of a connection. */
export interface PipeTraits {
  readonly latencyMs: number;
  /** Up to this much more, drawn for each item. */
  readonly jitterMs: number;
  /** Infinity where the line is never the bottleneck. */
  readonly bytesPerSecond: number;
}

/** Why nothing comes out of a pipe: the line is cut, or the one at the end does not read. */
export type Hold = 'cut' | 'frozen';

interface InFlight<T> {
  readonly item: T;
  readonly bytes: number;
  arrivesAt: number;
}

/**
 * One direction of a connection as TCP makes it: in order, at the pace of the line; what is held up while the line is
 * cut or the reader stands still arrives when that is over.
 */
export class Pipe<T> {
  readonly traits: PipeTraits;
  readonly #world: World;
  readonly #deliver: (item: T) => void;
  readonly #flight: InFlight<T>[] = [];
  readonly #holds: Set<Hold> = new Set();
  #freeAt = 0;
  #lastAt = 0;
  #isPumping = false;
  /** Bytes that were sent and have not come out yet. */
  bytes = 0;

  constructor(world: World, traits: PipeTraits, deliver: (item: T) => void) {
    this.#world = world;
    this.traits = traits;
    this.#deliver = deliver;
  }

  get isHeld(): boolean {
    return this.#holds.size > 0;
  }

  /** @param at true time of sending, which for a stalled process lies ahead of the world's */
  send(item: T, bytes: number, at: number): void {
    const { latencyMs, jitterMs, bytesPerSecond } = this.traits;
    this.#freeAt = Math.max(at, this.#freeAt) + (bytes * 1000) / bytesPerSecond;
    const jitter = jitterMs === 0 ? 0 : this.#world.random.between(0, jitterMs);
    const arrivesAt = Math.max(this.#lastAt, this.#freeAt + latencyMs + jitter);
    this.#lastAt = arrivesAt;
    this.#flight.push({ item, bytes, arrivesAt });
    this.bytes += bytes;
    this.#pump();
  }

  hold(reason: Hold): void {
    this.#holds.add(reason);
  }

  /** What was held up comes out after this long. */
  release(reason: Hold, delayMs = 0): void {
    if (!this.#holds.delete(reason) || this.isHeld) return;
    const [head] = this.#flight;
    if (head !== undefined) head.arrivesAt = Math.max(head.arrivesAt, this.#world.now + delayMs);
    this.#pump();
  }

  #pump(): void {
    const [head] = this.#flight;
    if (this.#isPumping || this.isHeld || head === undefined) return;
    this.#isPumping = true;
    this.#world.at(head.arrivesAt, () => {
      this.#isPumping = false;
      if (this.isHeld) return;
      if (head.arrivesAt > this.#world.now) {
        this.#pump();
        return;
      }
      this.#flight.shift();
      this.bytes -= head.bytes;
      this.#deliver(head.item);
      this.#pump();
    });
  }
}
