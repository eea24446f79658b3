import type { ClusterWorld } from './cluster-world.ts';

/** One direction of a connection: what is sent arrives in order, later, or not at all. */
export class Lane {
  readonly #world: ClusterWorld;
  readonly #delayMs: () => number;
  #lastAt = 0;
  /** What has come to where the line is interrupted; null where it is not. */
  #held: (() => void)[] | null = null;
  #isClosed = false;

  constructor(world: ClusterWorld, delayMs: () => number) {
    this.#world = world;
    this.#delayMs = delayMs;
  }

  send(arrive: () => void): void {
    if (this.#isClosed) return;
    const at = Math.max(this.#lastAt, this.#world.now + this.#delayMs());
    this.#lastAt = at;
    this.#world.at(at, () => this.#arrive(arrive));
  }

  /** Nothing arrives until it is released. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const arrive of held) this.#arrive(arrive);
  }

  /** What is on its way is lost, and whatever is sent. */
  close(): void {
    this.#isClosed = true;
    this.#held = null;
  }

  #arrive(arrive: () => void): void {
    if (this.#isClosed) return;
    if (this.#held === null) arrive();
    else this.#held.push(arrive);
  }
}
