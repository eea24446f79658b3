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
  onMessage?(manager: WebSocketManager, data: string | Uint8Array): unknown;
  /** A manager is over, whoever ended it; its slot is free already. */
  onClose?(manager: WebSocketManager, cause: CloseCause): unknown;
}

/** The same hooks in the words of the session layer. */
export function toSessionHooks(
  hooks: ManagerHooks,
  managerOf: (session: Session) => WebSocketManager,
): SessionHooks {
  const served: { -readonly [K in 'onMessage' | 'onClose']?: SessionHooks[K] } = {};
  if (hooks.onMessage !== undefined) {
    served.onMessage = (session, { data }) =>
      hooks.onMessage?.(managerOf(session), data as string | Uint8Array);
  }
  if (hooks.onClose !== undefined) {
    served.onClose = (session, cause) => hooks.onClose?.(managerOf(session), cause);
  }
  return served;
}
