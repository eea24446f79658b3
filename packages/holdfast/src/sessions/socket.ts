import type { TransportState } from '../core/death.ts';
import { describeValue, UsageError } from '../core/usage-error.ts';

/**
 * What became of a write: on its way; waiting in the engine (write no more until `drained`); or not taken, not even in
 * part. An engine that takes a part keeps the rest and says `queued`. Where an open connection has not taken a write for
 * lack of room, `drained` follows as well; nothing depends on it: it is tried again at the next pong at the latest.
 */
export type SendOutcome = 'ok' | 'queued' | 'dropped';

/** The first sign that a socket ends. `invalid` is the engine refusing what the peer sent. */
export type EndSign = 'close-frame' | 'fin' | 'lost' | 'invalid';

/**
 * The one to whom a socket reports. A socket has exactly one owner at any moment, and loses it with its session, so a
 * late word of an old socket can never reach a newer session (I7).
 */
export interface SocketOwner {
  /** A frame of the peer arrived that carries nothing for us, such as a ping. */
  heard(): void;
  /** A pong arrived that carries this mark; NaN for a mark that is none of ours. */
  ponged(mark: number): void;
  /** A message arrived. */
  received(data: string | Uint8Array): void;
  /** The engine has written what it had queued. */
  drained(): void;
  /** The first sign of the end, whatever comes after it. `code` is the close code where there was one. */
  ending(sign: EndSign, code?: number): void;
  /** The transport is closed for good. Nothing follows. */
  gone(): void;
}

/**
 * One transport connection as the session layer sees it. An adapter translates an engine's socket into this and decides
 * nothing. Methods may throw: that is counted and touches no other session.
 */
export interface SessionSocket {
  /** To whom the adapter reports what happens. Set by the layer; the adapter starts with {@link nobody}. */
  owner: SocketOwner;
  /** Whether the engine can send WebSocket pings. Where it cannot, the peer is never called dead for its silence. */
  readonly canPing: boolean;
  /** What the engine says about the connection, at once and without I/O. */
  transport(): TransportState;
  /**
   * Writes whole text frames in their form on the wire (RFC 6455 section 5.2, without a mask), which lie end to end and are
   * shared: they are never changed, here or there. `rest` is the end of the last one, where it is kept apart. An engine
   * that makes its frames by itself takes what `payloadsOf` finds in them. Reports nothing before it has returned.
   */
  send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome;
  /**
   * Sends a ping whose payload {@link SocketOwner.ponged} gets back as `mark`, a whole number below 2^31. Reports nothing
   * before it has returned.
   */
  ping(mark: number): void;
  /** Sends a close frame and lets the closing handshake run. */
  close(code: number, reason: string): void;
  /** Cuts the connection now. */
  terminate(): void;
}

/** The owner of a socket that belongs to no session any more, or not yet. Hears everything, does nothing. */
export const nobody: SocketOwner = {
  heard() {},
  ponged() {},
  received() {},
  drained() {},
  ending() {},
  gone() {},
};

const methods = ['transport', 'send', 'ping', 'close', 'terminate'] as const;

/**
 * Refuses also a socket that has an owner already: one connection is one session, or the frames of two users would go
 * to one of them (I8).
 *
 * @throws UsageError `bad-socket`
 */
export function checkUnowned(socket: SessionSocket): void {
  checkSocket(socket);
  if (socket.owner === nobody) return;
  throw new UsageError(
    'bad-socket',
    'Expected a socket that belongs to nobody, got one that has an owner. Open one session for each connection.',
  );
}

/**
 * Refuses what does not implement the port, naming what is missing.
 *
 * @throws UsageError `bad-socket`
 */
export function checkSocket(socket: SessionSocket): void {
  if (typeof socket !== 'object' || socket === null) {
    throw new UsageError(
      'bad-socket',
      `Expected a socket of an adapter, got ${describeValue(socket)}.`,
    );
  }
  for (const method of methods) {
    if (typeof socket[method] === 'function') continue;
    throw new UsageError(
      'bad-socket',
      `Expected the socket to have a method \`${method}\`, got ${describeValue(socket[method])}.`,
    );
  }
}
