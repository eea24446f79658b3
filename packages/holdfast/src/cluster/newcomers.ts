import type { Newcomer } from './newcomer.ts';

/** Everybody who waits for the store, or for a slot, by user. */
export class Newcomers {
  readonly #users: Map<string, Set<Newcomer>> = new Map();

  of(userId: string): readonly Newcomer[] {
    return [...(this.#users.get(userId) ?? [])];
  }

  all(): readonly Newcomer[] {
    return [...this.#users.values()].flatMap((others) => [...others]);
  }

  count(userId: string): number {
    return this.#users.get(userId)?.size ?? 0;
  }

  add(newcomer: Newcomer): void {
    const others = this.#users.get(newcomer.userId);
    if (others === undefined) this.#users.set(newcomer.userId, new Set([newcomer]));
    else others.add(newcomer);
  }

  /** True when it was the last of its user. */
  remove(newcomer: Newcomer): boolean {
    const others = this.#users.get(newcomer.userId);
    others?.delete(newcomer);
    if (others?.size !== 0) return false;
    this.#users.delete(newcomer.userId);
    return true;
  }

  /** Somebody else of its user has found the limit reached, and not been answered yet. */
  isJoining(newcomer: Newcomer): boolean {
    return this.of(newcomer.userId).some((other) => other !== newcomer && other.isAtLimit);
  }

  /** The slot of this one has gone to somebody else before it was let in. */
  replaced(userId: string, session: number): void {
    this.of(userId)
      .find(({ generation }) => generation === session)
      ?.finish('replaced');
  }

  /** Ends the wait of those of a user whose `extra` is meant; how many. */
  turnAway(userId: string, isMeant: (extra: unknown) => boolean): number {
    const meant = this.of(userId).filter(({ request }) => isMeant(request.extra));
    for (const newcomer of meant) newcomer.finish('turned-away');
    return meant.length;
  }
}
