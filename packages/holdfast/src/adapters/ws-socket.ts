import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import type { TransportState } from '../core/death.ts';
import {
  type EndSign,
  nobody,
  type OutgoingFrame,
  type SendOutcome,
  type SessionSocket,
  type SocketOwner,
} from '../sessions/socket.ts';
import { corkForTick } from './cork.ts';
import { markOf, pingFrame, textFrame } from './text-frame.ts';

const port: unique symbol = Symbol('holdfast.socket');

interface BoundWebSocket extends WebSocket {
  [port]: WsSocket;
}

interface BoundSocket extends Socket {
  [port]: WsSocket;
}

/** Values of `readyState` (WHATWG). */
const connecting = 0;
const open = 1;
/** Close codes with which the engine refuses what the peer sent: RFC 6455 section 7.4.1. */
const refusalCodes: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009]);
/** Bytes in the engine of a socket whose TCP socket we do not have, above which we wait for them to be written. */
const mostBuffered = 64 * 1024;

/**
 * A `ws` WebSocket as a socket of the session layer. What hears the engine is shared by all sockets; a socket costs this
 * object, no closure and no listener. Wrapping the same WebSocket again returns the same object.
 *
 * @param raw its TCP socket, where the caller took it from the `upgrade` event: frames prepared once are then written to
 *   all sockets as they are, and back-pressure is known exactly
 */
export function wsSocket(ws: WebSocket, raw: Socket | null = null): SessionSocket {
  const known = (ws as Partial<BoundWebSocket>)[port];
  return known ?? new WsSocket(ws as BoundWebSocket, raw as BoundSocket | null);
}

class WsSocket implements SessionSocket {
  readonly #ws: WebSocket;
  readonly #raw: Socket | null;
  owner: SocketOwner = nobody;

  constructor(ws: BoundWebSocket, raw: BoundSocket | null) {
    this.#ws = ws;
    this.#raw = raw;
    ws[port] = this;
    ws.close = closeAndTell;
    ws.emit = emitAndTell;
    const tcp = raw ?? tcpSocketOf(ws);
    if (tcp === null) return;
    tcp[port] = this;
    tcp.end = endAndTell;
  }

  get canPing(): boolean {
    return true;
  }

  /** A socket that is closing counts as closed: its slot is free from the first sign of the end. */
  transport(): TransportState {
    const { readyState } = this.#ws;
    if (readyState === connecting) return 'unknown';
    return readyState === open ? 'open' : 'closed';
  }

  send(frame: OutgoingFrame): SendOutcome {
    if (this.#ws.readyState !== open) return 'dropped';
    if (this.#raw === null) return sendThroughEngine(this.#ws, frame, this);
    frame.prepared ??= textFrame(frame.text, frame.bytes);
    corkForTick(this.#raw);
    if (this.#raw.write(frame.prepared)) return 'ok';
    this.#raw.once('drain', socketOnDrain);
    return 'queued';
  }

  ping(mark: number): void {
    if (this.#ws.readyState !== open) return;
    const frame = pingFrame(mark);
    if (this.#raw === null) this.#ws.ping(frame.subarray(2));
    else this.#raw.write(frame);
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }
}

function sendThroughEngine(ws: WebSocket, frame: OutgoingFrame, socket: WsSocket): SendOutcome {
  if (ws.bufferedAmount <= mostBuffered) {
    ws.send(frame.text);
    return 'ok';
  }
  ws.send(frame.text, () => socket.owner.drained());
  return 'queued';
}

/**
 * `ws` tells of a FIN only once the connection is closed both ways, which a peer can put off, and offers no way to its
 * TCP socket but this field. Where it is missing, the slot is free a little later: at the next look at `transport`.
 */
function tcpSocketOf(ws: BoundWebSocket): BoundSocket | null {
  const { _socket: tcp } = ws as BoundWebSocket & { readonly _socket?: BoundSocket | null };
  return tcp ?? null;
}

/**
 * `ws` has no event for a close frame that arrives: it calls its own `close` to answer it, and emits `close` only once
 * the TCP connection is gone, which a peer can put off. So `close` is where the first sign of the end is seen.
 */
function closeAndTell(this: BoundWebSocket, code?: number, data?: string | Buffer): void {
  const wasOpen = this.readyState === open;
  (Object.getPrototypeOf(this) as WebSocket).close.call(this, code, data);
  if (!wasOpen) return;
  const isRefusal = data === undefined && code !== undefined && refusalCodes.has(code);
  const sign: EndSign = isRefusal ? 'invalid' : 'close-frame';
  this[port].owner.ending(sign, code);
}

/**
 * Stands before the engine's `emit`: five listeners would cost every socket a larger table than all the rest of a
 * session. Listeners of others are served after us.
 */
function emitAndTell(this: BoundWebSocket, event: string | symbol, ...args: unknown[]): boolean {
  const { owner } = this[port];
  if (event === 'message') owner.received(messageOf(args[0] as RawData, args[1] === true));
  else if (event === 'pong') owner.ponged(markOf(args[0] as Buffer));
  else if (event === 'ping') owner.heard();
  else if (event === 'close') owner.gone();
  else if (event === 'error') owner.ending('lost');
  // What failed is told by `close`, which follows; an error that nobody listens to would end the process.
  if (this.listenerCount(event) === 0) return true;
  return (Object.getPrototypeOf(this) as WebSocket).emit.call(this, event, ...args);
}

/** Text comes as one Buffer, whatever `binaryType` says. */
function messageOf(data: RawData, isBinary: boolean): string | Uint8Array {
  if (!isBinary) return (data as Buffer).toString();
  const bytes = Array.isArray(data) ? Buffer.concat(data) : data;
  return bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
}

/** The engine answers a FIN by ending its own side at once. A third listener for `end` would cost a socket 136 bytes. */
function endAndTell(this: BoundSocket, ...args: unknown[]): BoundSocket {
  (Object.getPrototypeOf(this) as Socket).end.apply(this, args as Parameters<Socket['end']>);
  this[port].owner.ending('fin');
  return this;
}

function socketOnDrain(this: Socket): void {
  (this as BoundSocket)[port].owner.drained();
}
