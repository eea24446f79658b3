import type { BlockingSession } from '../core/admission.ts';
import type { Refusal } from '../sessions/open-request.ts';

/**
 * A user has no slot for another manager. Whatever of the user's was dead has been removed before this is said, so
 * everybody in the way is alive or may still prove to be; with a socket given, it has been closed with 4429.
 */
export class ManagerLimitError extends Error {
  override readonly name = 'ManagerLimitError';
  /**
   * `user-limit`, or `rate` when as many newcomers of the user as there are slots wait already, or this one sent more than
   * is held for it while it waited.
   */
  readonly reason: Refusal['reason'];
  /** The limit that was in force. */
  readonly limit: number;
  /** Managers of the user that are left. */
  readonly live: number;
  /** Managers the pressure reap (emergency cleanup) looked at, and how many of them it removed. */
  readonly examined: number;
  readonly reaped: number;
  /** The earliest moment at which a known deadline can change the answer; absent when all have proven to be alive, or cannot be asked. */
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

/**
 * The newcomer was over before it had a manager: its socket was closed, or closed before a slot was free, or a logger or
 * a metrics sink ended it as soon as it heard of it.
 */
export class SocketClosedError extends Error {
  override readonly name = 'SocketClosedError';

  constructor() {
    super(
      'Expected a newcomer that stays until its manager is created, got one that is over: its socket closed, or what listens to the factory ended it.',
    );
  }
}

function describe({ reason, limit, live, examined, reaped, retryAfterMs }: Refusal): string {
  const inTheWay = `(${live} of ${limit}; ${examined} examined, ${reaped} removed)`;
  if (reason === 'rate') {
    return `Expected a newcomer that can wait for a free slot, got too many at once or one that sent too much ${inTheWay}. Try again in ${retryAfterMs} ms.`;
  }
  const advice =
    retryAfterMs === undefined
      ? 'All of them are alive, or cannot be asked: close one of them, or raise `maxManagersPerUser`.'
      : `Try again in ${retryAfterMs} ms, when those that have not answered yet can be known to be dead.`;
  return `Expected a free slot, got the maximum number of WebSocket managers ${inTheWay}. ${advice}`;
}
