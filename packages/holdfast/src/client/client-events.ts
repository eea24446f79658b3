import type { GapReason, ResumeVerdict } from '../protocol/frames.ts';
import type { ClientError } from './client-error.ts';

/** An event as it was published. `Events` says which names there are, and what each brings as `data`. */
export type ReceivedEvent<Events extends object> = {
  [Name in keyof Events & string]: {
    readonly event: Name;
    readonly data: Events[Name];
    /** Its place in the record of the user; rises within an epoch, with jumps. */
    readonly offset: number;
    /** When it was published by the server's clock, milliseconds since 1970. */
    readonly time: number;
    readonly critical: boolean;
  };
}[keyof Events & string];

/** Something is gone for good: what was shown so far may have to be fetched anew. */
export interface Gap {
  readonly reason: GapReason;
  readonly epoch: string;
  /** The next event comes after this offset. */
  readonly offset: number;
  /** First and last offset of what is gone, where they are known. */
  readonly from?: number;
  readonly to?: number;
}

/** A session is open. */
export interface Ready {
  readonly session: string;
  readonly user: string;
  readonly resume: ResumeVerdict;
  readonly limit: number;
  readonly sessions: number;
}

/**
 * - `idle`: not asked to connect, or detached
 * - `connecting`: a connection is on its way to its `ready`
 * - `open`
 * - `waiting`: for the next attempt
 * - `stopped`: the server has said that coming back by itself is of no use; `connect()` tries again
 * - `closed`: for good
 */
export type ClientState = 'idle' | 'connecting' | 'open' | 'waiting' | 'stopped' | 'closed';

/** A connection, or the attempt at one, has ended. */
export interface ConnectionClosed {
  /** RFC 6455 close code; 1006 where there was no close frame. */
  readonly code: number;
  /** The word of PROTOCOL.md; null without one. */
  readonly reason: string | null;
  /** When the next attempt is due, in milliseconds; null when there will be none. */
  readonly retryInMs: number | null;
}

/** A session of the user that stands in the way. */
export interface BlockingSession {
  readonly session: string;
  readonly device: string | null;
  readonly openedAt: number;
  readonly lastSeenMs: number;
}

/** The user has no slot free, and may choose a session to take over. */
export interface LimitReached {
  readonly limit: number;
  readonly sessions: readonly BlockingSession[];
  /** How long the choice is open, in milliseconds. */
  readonly expiresIn: number;
}

/** What `on` can be asked for, and what its handlers are given. */
export interface ClientEvents<Events extends object> {
  readonly event: ReceivedEvent<Events>;
  readonly gap: Gap;
  readonly ready: Ready;
  readonly state: ClientState;
  readonly limit: LimitReached;
  /** The server is about to go; the client comes back by itself. */
  readonly drain: { readonly reconnectInMs: number };
  readonly closed: ConnectionClosed;
  readonly error: ClientError;
}
