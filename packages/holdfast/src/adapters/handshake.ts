import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * An upgrade request on its way to a decision. Owns the raw socket until the decision is made. A decision made at once
 * costs no listener: nothing can happen to the socket before it belongs to the engine.
 */
export class Handshake {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  /** By `performance.now()`. */
  readonly startedAtMs: number = performance.now();
  #controller: AbortController | null = null;
  #onClose: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isHeld = false;

  constructor(request: IncomingMessage, socket: Socket, head: Buffer) {
    this.request = request;
    this.socket = socket;
    this.head = head;
  }

  /** Aborted when the client leaves, or the time for the decision is over. */
  get signal(): AbortSignal {
    if (this.#controller !== null) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    this.#onClose = () => controller.abort();
    if (this.isGone) controller.abort();
    else this.socket.once('close', this.#onClose);
    return controller.signal;
  }

  /** The client has left; there is nobody to answer. */
  get isGone(): boolean {
    return this.socket.destroyed;
  }

  /**
   * The decision is awaited. From here on an error of the peer ends the handshake and not the process. Calls back once if
   * it takes longer than this.
   */
  hold(ms: number, expired: () => void): void {
    this.#isHeld = true;
    absorbErrors(this.socket);
    this.#timer = setTimeout(() => {
      this.#controller?.abort();
      expired();
    }, ms);
  }

  /** The decision is made. */
  finish(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#onClose !== null) this.socket.off('close', this.#onClose);
    this.#onClose = null;
  }

  /** Whoever has the socket now listens for its errors; our listener would only take memory. */
  release(): void {
    if (this.#isHeld) this.socket.off('error', socketOnError);
  }
}

/** An error of this socket ends it and nothing else; `close` follows and says all there is to say. */
export function absorbErrors(socket: Socket): void {
  socket.on('error', socketOnError);
}

function socketOnError(this: Socket): void {
  this.destroy();
}
