import type { BackgroundCleanup } from './background-cleanup.ts';
import { isExpired, isUpForEmergency, type Judged } from './cleanup-rules.ts';
import { IsolatedManager } from './isolated-manager.ts';
import { ManagerTable } from './manager-table.ts';
import { isolationKeyOf, type UserContext } from './user-context.ts';

/** Clean-up begins at this share of the limit, before anybody has to make room (FM-31). */
const proactiveShare = 0.6;

/** The user has as many managers as are allowed, after an emergency clean-up. */
export class TooManyManagers extends Error {
  override readonly name = 'TooManyManagers';

  constructor(limit: number) {
    super(
      `The user has reached the maximum number of WebSocket managers (${limit}). Emergency cleanup attempted but limit still exceeded.`,
    );
  }
}

/**
 * Makes managers, registers them, and cleans them up. Its lock was one of threads, which does not keep the coroutines of
 * one thread apart (FM-51): so there is none here.
 */
export class ManagerFactory {
  readonly limit: number;
  readonly table: ManagerTable = new ManagerTable();
  readonly #background: BackgroundCleanup;
  limitHits = 0;

  constructor(limit: number, background: BackgroundCleanup) {
    this.limit = limit;
    this.#background = background;
  }

  /** @throws TooManyManagers */
  async createManager(context: UserContext): Promise<IsolatedManager> {
    this.#background.start(() => this.#cleanUpExpired());
    const { userId } = context;
    const existing = this.getManager(isolationKeyOf(context));
    if (existing !== undefined) return existing;
    if (this.table.countOf(userId) >= Math.trunc(this.limit * proactiveShare)) {
      await this.cleanUpUser(userId);
    }
    if (this.table.countOf(userId) >= this.limit) {
      this.limitHits += 1;
      await this.cleanUpUser(userId);
      if (this.table.countOf(userId) >= this.limit) throw new TooManyManagers(this.limit);
    }
    const manager = new IsolatedManager(context);
    this.table.add(manager);
    return manager;
  }

  /** The manager with that key. Asking drops an inactive one from the table (FM-09). */
  getManager(key: string): IsolatedManager | undefined {
    const manager = this.table.find(key);
    if (manager?.isActive !== false) return manager;
    this.table.remove(key);
    return undefined;
  }

  /** False where there is no such manager, which its caller does not look at (FM-02). */
  async cleanUpManager(key: string): Promise<boolean> {
    const manager = this.table.find(key);
    if (manager === undefined) return false;
    await manager.cleanUpAllConnections();
    this.table.remove(key);
    return true;
  }

  /**
   * The emergency clean-up, one manager after the other (FM-53).
   *
   * @returns the managers that were removed
   */
  async cleanUpUser(userId: string): Promise<readonly IsolatedManager[]> {
    return await this.#cleanUp(this.table.keysOf(userId), isUpForEmergency);
  }

  async #cleanUpExpired(): Promise<void> {
    await this.#cleanUp(this.table.keys(), isExpired);
  }

  async #cleanUp(
    keys: readonly string[],
    isOver: (judged: Judged, nowMs: number) => boolean,
  ): Promise<readonly IsolatedManager[]> {
    const nowMs = Date.now();
    const removed: IsolatedManager[] = [];
    for (const key of keys) {
      const manager = this.table.find(key);
      if (manager === undefined) continue;
      if (!isOver({ manager, createdAt: this.table.createdAt(key) }, nowMs)) continue;
      if (await this.cleanUpManager(key)) removed.push(manager);
    }
    return removed;
  }
}
