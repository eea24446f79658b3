const checkEveryMs = 60_000;
const timeoutMs = 30 * 60_000;

/** Where expired connections are taken out. */
export interface ConnectionHolder {
  removeConnection(connectionId: string): Promise<void>;
}

/**
 * Watches over the connections of one manager, with a timer of its own. What it calls the health of a connection is the
 * moment of its registration, which nothing renews: after half an hour a connection is taken out, busy or not (FM-32).
 */
export class ConnectionLifecycle {
  readonly #holder: ConnectionHolder;
  readonly #healthyAt: Map<string, number> = new Map();
  readonly #timer: NodeJS.Timeout;

  constructor(holder: ConnectionHolder) {
    this.#holder = holder;
    this.#timer = setInterval(() => void this.#removeExpired(), checkEveryMs);
  }

  register(connectionId: string): void {
    this.#healthyAt.set(connectionId, Date.now());
  }

  /**
   * The manager is inactive by now and refuses each removal (FM-07); what is refused is logged, and forgotten here all
   * the same. The sockets stay open (FM-08).
   */
  async forceCleanup(): Promise<void> {
    clearInterval(this.#timer);
    for (const connectionId of this.#healthyAt.keys()) await this.#tryRemove(connectionId);
    this.#healthyAt.clear();
  }

  async #removeExpired(): Promise<void> {
    const cutoff = Date.now() - timeoutMs;
    const expired = [...this.#healthyAt].filter(([, healthyAt]) => healthyAt < cutoff);
    for (const [connectionId] of expired) {
      if (await this.#tryRemove(connectionId)) this.#healthyAt.delete(connectionId);
    }
  }

  async #tryRemove(connectionId: string): Promise<boolean> {
    try {
      await this.#holder.removeConnection(connectionId);
      return true;
    } catch (error) {
      process.stderr.write(`Failed to clean up connection ${connectionId}: ${String(error)}\n`);
      return false;
    }
  }
}
