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
 * A `ws` WebSocket as a socket of the session layer. The listeners are shared by all sockets; a socket costs this object
 * and no closure. Wrapping the same WebSocket again returns the same object.
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
    listen(ws);
    const tcp = raw ?? tcpSocketOf(ws);
    if (tcp === null) return;
    tcp[port] = this;
    tcp.on('end', socketOnEnd);
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
    if (this.#raw === null) return this.#sendThroughEngine(frame);
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

  #sendThroughEngine(frame: OutgoingFrame): SendOutcome {
    if (this.#ws.bufferedAmount <= mostBuffered) {
      this.#ws.send(frame.text);
      return 'ok';
    }
    this.#ws.send(frame.text, () => this.owner.drained());
    return 'queued';
  }
}

/**
 * `ws` tells of a FIN only once the connection is closed both ways, which a peer can put off, and offers no way to its
 * TCP socket but this field. Where it is missing, the slot is free a little later: at the next look at `transport`.
 */
function tcpSocketOf(ws: BoundWebSocket): BoundSocket | null {
  const { _socket: tcp } = ws as BoundWebSocket & { readonly _socket?: BoundSocket | null };
  return tcp ?? null;
}

function listen(ws: BoundWebSocket): void {
  ws.on('message', wsOnMessage);
  ws.on('ping', wsOnPing);
  ws.on('pong', wsOnPong);
  ws.on('close', wsOnClose);
  ws.on('error', wsOnError);
  ws.close = closeAndTell;
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

function wsOnMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const { owner } = (this as BoundWebSocket)[port];
  const bytes = bytesOf(data);
  owner.received(isBinary ? bytes : bytes.toString('utf8'));
}

/** Whatever `binaryType` the owner of the WebSocket has set. */
function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

function wsOnPing(this: WebSocket): void {
  (this as BoundWebSocket)[port].owner.heard();
}

function wsOnPong(this: WebSocket, payload: Buffer): void {
  (this as BoundWebSocket)[port].owner.ponged(markOf(payload));
}

function wsOnClose(this: WebSocket): void {
  (this as BoundWebSocket)[port].owner.gone();
}

/** What failed is told by `close`, which follows; without a listener it would end the process. */
function wsOnError(this: WebSocket): void {
  (this as BoundWebSocket)[port].owner.ending('lost');
}

function socketOnEnd(this: Socket): void {
  (this as BoundSocket)[port].owner.ending('fin');
}

function socketOnDrain(this: Socket): void {
  (this as BoundSocket)[port].owner.drained();
}
