/** Where a client that comes back left off. */
export interface ResumePoint {
  readonly ticket?: string;
  readonly epoch: string;
  readonly offset: number;
}

/** One client to connect. */
export interface DialRequest {
  readonly user: string;
  readonly device?: string;
  /** How long its token is valid. Default: an hour. */
  readonly tokenTtlMs?: number;
  /** The token's `jti`. */
  readonly tokenId?: string;
  readonly resume?: ResumePoint;
  /** Port on 127.0.0.1 of a proxy to go through instead of straight to the target. */
  readonly throughPort?: number;
}

/** An event as a client received it. */
export interface ReceivedEvent {
  readonly offset: number;
  readonly event: string;
  readonly data: unknown;
  /** `performance.now()` of the process that received it. */
  readonly atMs: number;
}

/** Something the server said is gone, when the client came back or later. */
export interface ReceivedGap {
  readonly reason: string;
}

/** How a connection ended: the close code, 1006 for none, and what the reason said. */
export interface ClientEnd {
  readonly code: number;
  readonly reason: string;
  readonly retryMs: number | null;
}

/** A connection the target has accepted as a session. */
export interface ProofClient {
  readonly user: string;
  /** The id the target gave the session. */
  readonly session: string;
  /** The user's limit as the target told it; null where it tells none. */
  readonly limit: number | null;
  /** What the target said of the resume: `new`, `lossless`, `replayed`, `gap`; null where it says nothing. */
  readonly resumed: string | null;
  readonly received: readonly ReceivedEvent[];
  readonly gaps: readonly ReceivedGap[];
  /** Null while it is open. */
  readonly end: ClientEnd | null;
  /** Where a client that comes back would go on. */
  readonly position: ResumePoint;
  /** Text or binary frames received, whatever was in them. */
  readonly frames: number;
  /** Sends one frame of the protocol. */
  send(frame: object): void;
  /** Sends a close frame and waits for the end. */
  close(): Promise<ClientEnd>;
  /** Leaves with a FIN and without a close frame. */
  drop(): void;
  /** Looks at the condition whenever something arrives. True once it holds, false when it does not in time. */
  until(condition: () => boolean, withinMs: number): Promise<boolean>;
}

/** What came of a try to connect, and how long it took from the first packet to the answer. */
export type Arrival =
  | { readonly isOpen: true; readonly client: ProofClient; readonly tookMs: number }
  | { readonly isOpen: false; readonly end: ClientEnd; readonly tookMs: number };

/** The upgrade request of a client over plain TCP, for what no client library will do. */
export interface Entrance {
  readonly path: string;
  /** Beside those that every upgrade has. */
  readonly headers: Readonly<Record<string, string>>;
  /** The token it carries, which stands in `authorization` of the headers as `Bearer TOKEN`. */
  readonly token: string;
}

/** Connects clients to one target in its own protocol. */
export interface Dialer {
  /** Resolves once the target has decided. Rejects where it decides nothing within 15 s. */
  dial(request: DialRequest): Promise<Arrival>;
  /** How to do the same by hand. Absent where the target is not reached by PROTOCOL.md over plain TCP. */
  readonly entranceFor?: (request: DialRequest) => Entrance;
}

/**
 * How a dialer is made again in another process: a module whose `makeDialer` takes the settings, which are JSON.
 */
export interface DialerSource {
  /** A file URL of JavaScript. */
  readonly module: string;
  readonly settings: unknown;
}
