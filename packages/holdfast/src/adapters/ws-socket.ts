import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import type { TransportState } from '../core/death.ts';
import { closeCauses } from '../protocol/close-causes.ts';
import {
  type EndSign,
  nobody,
  type SendOutcome,
  type SessionSocket,
  type SocketOwner,
} from '../sessions/socket.ts';
import { payloadsOf } from '../sessions/text-frame.ts';
import { markOf, pingFrame, pongFrame } from './control-frame.ts';
import { corkForTick } from './cork.ts';

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
/** Bytes a peer may still send once a close frame is out: it may not have read it yet. One that sends more is cut (I12). */
const mostBytesAfterClose = 1024 * 1024;
/** The same after a breach that we have found: until then every frame is still parsed, and they come as a flood. */
const mostBytesAfterBreach = 64 * 1024;
const breachCodes: ReadonlySet<number | undefined> = new Set(
  Object.values(closeCauses)
    .filter(({ by }) => by === 'breach')
    .map(({ code }) => code),
);

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

/** The same for a WebSocket whose engine was told not to answer pings: that answer would cost each a closure. */
export function pongingSocket(ws: WebSocket, raw: Socket): SessionSocket {
  return new PongingSocket(ws as BoundWebSocket, raw as BoundSocket);
}

class WsSocket implements SessionSocket {
  readonly #ws: WebSocket;
  protected readonly raw: Socket | null;
  owner: SocketOwner = nobody;
  #isAwaitingDrain = false;

  constructor(ws: BoundWebSocket, raw: BoundSocket | null) {
    this.#ws = ws;
    this.raw = raw;
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

  send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome {
    if (this.#ws.readyState !== open) return 'dropped';
    if (this.raw === null) return sendThroughEngine(this.#ws, payloadsOf(frames, rest), this);
    const wasTaken = this.write(this.raw, frames);
    return (rest === null ? wasTaken : this.write(this.raw, rest)) ? 'ok' : 'queued';
  }

  ping(mark: number): void {
    if (this.#ws.readyState !== open) return;
    const frame = pingFrame(mark);
    if (this.raw === null) this.#ws.ping(frame.subarray(2));
    else if (!this.raw.write(frame)) this.#awaitDrain(this.raw);
  }

  /** A ping of the peer has arrived. */
  pinged(_payload: Buffer): void {
    this.owner.heard();
  }

  /** The engine has written what it had queued. */
  drained(): void {
    this.#isAwaitingDrain = false;
    this.owner.drained();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  /** False when the engine has more than it can write now; `drained` follows. */
  protected write(raw: Socket, bytes: Uint8Array): boolean {
    corkForTick(raw);
    if (raw.write(bytes)) return true;
    this.#awaitDrain(raw);
    return false;
  }

  /** However much is written until then, one listener hears of it. */
  #awaitDrain(raw: Socket): void {
    if (!this.#isAwaitingDrain) raw.once('drain', socketOnDrain);
    this.#isAwaitingDrain = true;
  }
}

/**
 * Answers pings itself. To a peer that pings without reading only the last answer is owed, so that a flood of pings takes
 * no memory (RFC 6455 section 5.5.3).
 */
class PongingSocket extends WsSocket {
  #owed: Buffer | null = null;

  override pinged(payload: Buffer): void {
    this.#answer(payload);
    super.pinged(payload);
  }

  override drained(): void {
    const owed = this.#owed;
    this.#owed = null;
    if (owed !== null) this.#answer(owed);
    super.drained();
  }

  #answer(payload: Buffer): void {
    if (this.raw === null || this.transport() !== 'open') return;
    if (this.raw.writableNeedDrain) this.#owed = Buffer.from(payload);
    else this.write(this.raw, pongFrame(payload));
  }
}

function sendThroughEngine(
  ws: WebSocket,
  payloads: readonly Buffer[],
  socket: WsSocket,
): SendOutcome {
  const isQueued = ws.bufferedAmount > mostBuffered;
  const text = { binary: false };
  for (const payload of payloads.slice(0, -1)) ws.send(payload, text);
  const last = payloads.at(-1) ?? Buffer.alloc(0);
  if (isQueued) ws.send(last, text, () => socket.drained());
  else ws.send(last, text);
  return isQueued ? 'queued' : 'ok';
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
  const isFlood = !isRefusal && breachCodes.has(code);
  cutBeyond(tcpSocketOf(this), isFlood ? mostBytesAfterBreach : mostBytesAfterClose);
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
  else if (event === 'ping') this[port].pinged(args[0] as Buffer);
  else if (event === 'close') owner.gone();
  else if (event === 'error') owner.ending('lost');
  // What failed is told by `close`, which follows; an error that nobody listens to would end the process.
  if (this.listenerCount(event) === 0) return true;
  return (Object.getPrototypeOf(this) as WebSocket).emit.call(this, event, ...args);
}

/** The engine would read on for as long as the closing handshake may take, whatever comes. */
function cutBeyond(tcp: Socket | null, mostBytes: number): void {
  let leftBytes = mostBytes;
  tcp?.on('data', ({ length }: Buffer) => {
    leftBytes -= length;
    if (leftBytes < 0) tcp?.destroy();
  });
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
  (this as BoundSocket)[port].drained();
}
