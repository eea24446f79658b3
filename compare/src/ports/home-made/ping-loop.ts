import type { Connection } from './connection.ts';

/** As the documentation of `ws` has it. */
const usualIntervalMs = 30_000;

/** What a round goes over. */
export interface Pinged {
  all(): Iterable<Connection>;
}

/**
 * The ping loop most servers have: each round ends who has not answered the last one, and pings the others. Somebody who
 * goes silent is found after one round at least and two at most.
 */
export class PingLoop {
  readonly intervalMs: number = usualIntervalMs;

  start(connections: Pinged): void {
    setInterval(() => this.#round(connections), this.intervalMs);
  }

  #round(connections: Pinged): void {
    for (const connection of [...connections.all()]) {
      if (connection.hasAnswered) {
        connection.hasAnswered = false;
        connection.socket.ping();
      } else {
        connection.socket.terminate();
      }
    }
  }
}
