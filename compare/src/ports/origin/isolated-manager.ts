import { WebSocket } from 'ws';
import { ConnectionLifecycle } from './connection-lifecycle.ts';
import type { UserContext } from './user-context.ts';

/** A socket and the id under which its manager has it. */
export interface ManagedConnection {
  readonly id: string;
  readonly socket: WebSocket;
}

/** One manager: the connections of one context, and what could not be sent to them. */
export class IsolatedManager {
  readonly context: UserContext;
  readonly #connections: Map<string, ManagedConnection> = new Map();
  readonly #lifecycle: ConnectionLifecycle;
  /** Kept for a recovery that never happens: no attach drains it (FM-76), a clean-up empties it (FM-75). */
  readonly #recoveryQueue: string[] = [];
  isActive = true;
  lastActivityAt: number = Date.now();

  constructor(context: UserContext) {
    this.context = context;
    this.#lifecycle = new ConnectionLifecycle(this);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  async addConnection(connection: ManagedConnection): Promise<void> {
    this.#mustBeActive();
    this.#connections.set(connection.id, connection);
    this.#updateActivity();
    this.#lifecycle.register(connection.id);
    await Promise.resolve();
  }

  async removeConnection(connectionId: string): Promise<void> {
    this.#mustBeActive();
    if (this.#connections.delete(connectionId)) this.#updateActivity();
    await Promise.resolve();
  }

  /**
   * Writes to each connection that is open. Sending counts as activity even where every send has failed (FM-33), and a
   * message that all connections have failed to take is gone: only one without any connection is queued (FM-77).
   *
   * @returns how many connections it was written to
   */
  async send(text: string): Promise<number> {
    this.#mustBeActive();
    if (this.#connections.size === 0) {
      this.#recoveryQueue.push(text);
      return 0;
    }
    const failed: string[] = [];
    for (const { id, socket } of this.#connections.values()) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else failed.push(id);
    }
    const sent = this.#connections.size - failed.length;
    this.#updateActivity();
    for (const id of failed) await this.removeConnection(id);
    return sent;
  }

  /** What a list says of it. Looking at it is activity as well (FM-34). */
  describe(): { readonly id: string } {
    this.#updateActivity();
    return { id: this.context.requestId };
  }

  /** Ends the manager and forgets its connections. None of their sockets is closed (FM-08). */
  async cleanUpAllConnections(): Promise<void> {
    this.isActive = false;
    await this.#lifecycle.forceCleanup();
    this.#connections.clear();
    this.#recoveryQueue.length = 0;
  }

  #mustBeActive(): void {
    if (!this.isActive) throw new Error('The manager has been cleaned up.');
  }

  #updateActivity(): void {
    this.lastActivityAt = Date.now();
  }
}
