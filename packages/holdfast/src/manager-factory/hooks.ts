import type { CloseCause } from '../protocol/close-causes.ts';
import type { SessionHooks } from '../sessions/hooks.ts';
import type { Session } from '../sessions/session.ts';
import type { WebSocketManager } from './manager.ts';

/**
 * What the application does when something happens. A hook may return a promise; one that throws, rejects or is not
 * done within 2 s is counted and told as a fault with the manager's id, and touches nobody else.
 */
export interface ManagerHooks {
  /** A message of the client, as it arrived: text, or bytes of a binary frame. */
  message?(manager: WebSocketManager, data: string | Uint8Array): unknown;
  /** A manager is over, whoever ended it; its slot is free already. */
  closed?(manager: WebSocketManager, cause: CloseCause): unknown;
}

/** The same hooks in the words of the session layer. */
export function toSessionHooks(
  hooks: ManagerHooks,
  managerOf: (session: Session) => WebSocketManager,
): SessionHooks {
  const served: { -readonly [K in 'message' | 'closed']?: SessionHooks[K] } = {};
  if (hooks.message !== undefined) {
    served.message = (session, { data }) =>
      hooks.message?.(managerOf(session), data as string | Uint8Array);
  }
  if (hooks.closed !== undefined) {
    served.closed = (session, cause) => hooks.closed?.(managerOf(session), cause);
  }
  return served;
}
