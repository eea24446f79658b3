import type { BlockingSession } from '../core/admission.ts';
import type { Refusal } from '../sessions/admission.ts';

/**
 * A user has no slot for another manager. Whatever of the user's was dead has been removed before this is said, so
 * everybody in the way is alive or may still prove to be; with a socket given, it has been closed with 4429.
 */
export class ManagerLimitError extends Error {
  override readonly name = 'ManagerLimitError';
  /** `user-limit`, or `rate` when as many newcomers of the user as there are slots wait already. */
  readonly reason: Refusal['reason'];
  /** The limit that was in force. */
  readonly limit: number;
  /** Managers of the user that are left. */
  readonly live: number;
  /** Managers the pressure reap (emergency cleanup) looked at, and how many of them it removed. */
  readonly examined: number;
  readonly reaped: number;
  /** The earliest moment at which a known deadline can change the answer; absent when all have proven to be alive. */
  readonly retryAfterMs?: number;
  /** The longest any of those in the way has been quiet. */
  readonly oldestIdleMs: number;
  /** Each manager in the way: its id, age, state, and the evidence that it lives. */
  readonly blocking: readonly BlockingSession[];

  constructor(refusal: Refusal) {
    super(describe(refusal));
    this.reason = refusal.reason;
    this.limit = refusal.limit;
    this.live = refusal.live;
    this.examined = refusal.examined;
    this.reaped = refusal.reaped;
    this.blocking = refusal.blocking;
    this.oldestIdleMs = Math.max(0, ...refusal.blocking.map(({ silentMs }) => silentMs));
    if (refusal.retryAfterMs !== undefined) this.retryAfterMs = refusal.retryAfterMs;
  }
}

/** The socket given to `createManager` was closed, or closed before a slot was free. There is no manager. */
export class SocketClosedError extends Error {
  override readonly name = 'SocketClosedError';

  constructor() {
    super('Expected a socket that is open until its manager is created, got one that closed.');
  }
}

function describe({ limit, live, examined, reaped, retryAfterMs }: Refusal): string {
  const advice =
    retryAfterMs === undefined
      ? 'All of them are alive: close one of them, or raise `maxManagersPerUser`.'
      : `Try again in ${retryAfterMs} ms, when those that have not answered yet are known to be dead.`;
  return `Expected a free slot, got the maximum number of WebSocket managers (${live} of ${limit}; ${examined} examined, ${reaped} removed). ${advice}`;
}
