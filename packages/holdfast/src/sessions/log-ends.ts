import { hashOf } from '../core/hash.ts';

/** A power of two: 512 KB in all, taken with the first log that ends. */
const groups = 65_536;

/**
 * How far the record of a user reaches who has no log. Logs age out and are not remembered one by one; of each group of
 * users it is known how far the furthest reached. So the offsets of a user rise for as long as the epoch lasts, and whoever
 * comes back with a position learns that something may be gone: too often now and then, never too seldom (I4).
 *
 * A broadcast that goes to those who are there takes a place in the record of everybody else, too.
 */
export class LogEnds {
  /** Of each group, the furthest end, less the broadcasts up to then. */
  #reached: Float64Array | null = null;
  #broadcasts = 0;

  /** Broadcasts that have gone to everybody they can go to. */
  get broadcasts(): number {
    return this.#broadcasts;
  }

  /** Where the record of this user stands without a log. */
  of(userId: string): number {
    return (this.#reached?.[groupOf(userId)] ?? 0) + this.#broadcasts;
  }

  /** The log of this user is gone. @param reached its last offset, less the broadcasts that it accounted for */
  ended(userId: string, reached: number): void {
    this.#reached ??= new Float64Array(groups);
    const group = groupOf(userId);
    this.#reached[group] = Math.max(this.#reached[group] ?? 0, reached);
  }

  /** Whether all that can be missing before {@link of} are broadcasts. */
  hasOnlyBroadcasts(userId: string): boolean {
    return (this.#reached?.[groupOf(userId)] ?? 0) === 0;
  }

  broadcastIsOver(): void {
    this.#broadcasts += 1;
  }
}

function groupOf(userId: string): number {
  return hashOf(userId) & (groups - 1);
}
