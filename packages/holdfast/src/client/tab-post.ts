import type { ReadyFrame } from '../protocol/frames.ts';
import type { Place } from './position.ts';
import type { LinkClose } from './retry.ts';

/** What tabs tell one another. All of it comes from the same origin, and so from this code. */
export type TabPost =
  /** From the leader, to all: there is a new one. */
  | { readonly kind: 'leading' }
  /** From the leader, to all: a session is open on a link; it was asked to read on from `brought`. */
  | {
      readonly kind: 'ready';
      readonly link: string;
      readonly frame: ReadyFrame;
      readonly brought: Place | null;
    }
  /** From the leader, to one: you are in. */
  | {
      readonly kind: 'welcome';
      readonly to: string;
      readonly link: string;
      readonly frame: ReadyFrame;
    }
  /** From the leader, to all or one: a frame with a place, and the place before it. */
  | ({ readonly kind: 'placed'; readonly to?: string; readonly link: string } & PlacedFrame)
  /** From the leader, to all: a frame without a place. */
  | { readonly kind: 'frame'; readonly text: string }
  /** From the leader, to all: the connection has ended. */
  | { readonly kind: 'down'; readonly close: LinkClose }
  | { readonly kind: 'pong'; readonly to: string }
  /** To the leader: I am here, and this is where I am. */
  | { readonly kind: 'hello'; readonly from: string; readonly place: Place | null }
  /** To the leader: for the server. */
  | { readonly kind: 'send'; readonly text: string }
  | { readonly kind: 'ping'; readonly from: string };

/** A frame with a place in the record. */
export interface PlacedFrame {
  readonly before: number;
  readonly offset: number;
  readonly text: string;
}
