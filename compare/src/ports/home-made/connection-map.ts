import type { Connection } from './connection.ts';

/**
 * The connections of each user, the oldest first. Removing one that is not there does nothing, so that the late `close` of
 * a connection that had to make room is not counted twice.
 */
export class ConnectionMap {
  readonly #byUser: Map<string, Set<Connection>> = new Map();

  add(connection: Connection): void {
    const { user } = connection;
    const connections = this.#byUser.get(user);
    if (connections) connections.add(connection);
    else this.#byUser.set(user, new Set([connection]));
  }

  remove(connection: Connection): void {
    const connections = this.#byUser.get(connection.user);
    connections?.delete(connection);
    if (connections?.size === 0) this.#byUser.delete(connection.user);
  }

  count(user: string): number {
    return this.#byUser.get(user)?.size ?? 0;
  }

  of(user: string): readonly Connection[] {
    return [...(this.#byUser.get(user) ?? [])];
  }

  *all(): Iterable<Connection> {
    for (const connections of this.#byUser.values()) yield* connections;
  }
}
