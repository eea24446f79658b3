import type { ClientError } from './client-error.ts';
import type { Place } from './position.ts';
import type { LinkClose } from './retry.ts';

/** One connection to the server, whatever carries it. Calls its owner back, never before `dial` has returned. */
export interface Link {
  /** Sends a frame; what is sent while the link is not open is dropped. */
  send(text: string): void;
  /** Says goodbye, or cuts a connection that is dead; its owner hears nothing of it any more. */
  close(isDead: boolean): void;
}

/** Who hears what comes over a link. */
export interface LinkOwner {
  received(text: string): void;
  /** The link is without a connection for a while; it has one again with the next `ready`. */
  interrupted(): void;
  /** The last call. `error` says why, where more than a close code is known. */
  closed(close: LinkClose, error?: ClientError): void;
}

/** Makes links. */
export interface Dialer {
  /** @param brought where to read on, instead of where this client is */
  dial(owner: LinkOwner, brought?: Place): Link;
}

/** Makes links that all tabs have in common. */
export interface SharedDialer extends Dialer {
  /** The client will not come back by itself: others may have what it kept for that. */
  rest(): void;
}
