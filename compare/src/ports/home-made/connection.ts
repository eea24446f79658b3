import type { WebSocket } from 'ws';

/** One client, as the list of connections and the ping loop see it. */
export interface Connection {
  readonly id: string;
  readonly user: string;
  readonly socket: WebSocket;
  /** A pong has come since the last ping. */
  hasAnswered: boolean;
}
