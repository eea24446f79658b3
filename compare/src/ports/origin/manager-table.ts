import type { IsolatedManager } from './isolated-manager.ts';
import { isolationKeyOf } from './user-context.ts';

/** The managers by their keys, and beside them a counter for each user (FM-15) and the time each was made. */
export class ManagerTable {
  readonly #managers: Map<string, IsolatedManager> = new Map();
  readonly #counts: Map<string, number> = new Map();
  readonly #createdAt: Map<string, number> = new Map();
  created = 0;
  cleanedUp = 0;

  get size(): number {
    return this.#managers.size;
  }

  find(key: string): IsolatedManager | undefined {
    return this.#managers.get(key);
  }

  countOf(userId: string): number {
    return this.#counts.get(userId) ?? 0;
  }

  createdAt(key: string): number {
    return this.#createdAt.get(key) ?? 0;
  }

  add(manager: IsolatedManager): void {
    const { userId } = manager.context;
    const key = isolationKeyOf(manager.context);
    this.#managers.set(key, manager);
    this.#counts.set(userId, this.countOf(userId) + 1);
    this.#createdAt.set(key, Date.now());
    this.created += 1;
  }

  remove(key: string): void {
    const manager = this.#managers.get(key);
    if (manager === undefined) return;
    const { userId } = manager.context;
    this.#managers.delete(key);
    this.#createdAt.delete(key);
    const left = this.countOf(userId) - 1;
    if (left > 0) this.#counts.set(userId, left);
    else this.#counts.delete(userId);
    this.cleanedUp += 1;
  }

  /** Every manager there is is looked at, whoever it belongs to (FM-54). */
  keysOf(userId: string): readonly string[] {
    return [...this.#managers]
      .filter(([, { context }]) => context.userId === userId)
      .map(([key]) => key);
  }

  keys(): readonly string[] {
    return [...this.#managers.keys()];
  }

  /** The largest number of managers one user has, as the counters say. */
  largestCount(): number {
    return Math.max(0, ...this.#counts.values());
  }

  usersAt(limit: number): number {
    return [...this.#counts.values()].filter((count) => count >= limit).length;
  }
}
