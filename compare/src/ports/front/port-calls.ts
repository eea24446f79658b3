import type { WebSocket } from 'ws';

/** What a port lists of one user. */
export interface SessionList {
  readonly limit: number;
  readonly sessions: readonly { readonly id: string }[];
}

/** An event the application publishes to a user. */
export interface PublishedEvent {
  readonly event: string;
  readonly data: unknown;
}

/** What became of it: how many connections it was written to. */
export interface PublishResult {
  readonly offset: number;
  readonly sessions: number;
}

/** How a port says it is, in the shape of `GET /healthz`. */
export interface PortHealth {
  readonly status: 'ok' | 'degraded';
  readonly faults: readonly { readonly where: string }[];
  readonly cleanup: {
    readonly running: boolean;
    readonly intervalMs: number;
    readonly failures: number;
  };
}

/**
 * The calls of a deployment, as far as the manager behind a port has them. One it lacks is left out here and answered
 * 404, so that whoever asks knows that there is none.
 */
export interface PortCalls {
  sessionsOf(user: string): SessionList | Promise<SessionList>;
  publish(user: string, event: PublishedEvent): PublishResult | Promise<PublishResult>;
  health(): PortHealth;
  stats?(): Readonly<Record<string, unknown>>;
  /** Ids of the sessions it removed. */
  reap?(user: string): Promise<readonly string[]>;
  /** Ids of the sessions it closed. */
  closeAll?(user: string): Promise<readonly string[]>;
}

/** The calls, and who takes the sockets of clients whose token is valid. */
export interface SocketPort extends PortCalls {
  accept(socket: WebSocket, user: string): void;
}
