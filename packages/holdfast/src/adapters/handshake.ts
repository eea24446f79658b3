import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** An upgrade request on its way to a decision. Owns the raw socket until the decision is made. */
export class Handshake {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  /** By `performance.now()`. */
  readonly startedAtMs: number = performance.now();
  #controller: AbortController | null = null;
  #isGone = false;
  #timer: NodeJS.Timeout | null = null;

  /** Takes the socket over. From here on an error of the peer ends the handshake and not the process. */
  constructor(request: IncomingMessage, socket: Socket, head: Buffer) {
    this.request = request;
    this.socket = socket;
    this.head = head;
    socket.on('error', socketOnError);
    socket.once('close', this.#onClose);
  }

  /** Aborted when the client leaves, or the time for the decision is over. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isGone) this.#controller.abort();
    return this.#controller.signal;
  }

  /** The client has left; there is nobody to answer. */
  get isGone(): boolean {
    return this.#isGone || this.socket.destroyed;
  }

  /** Calls back once if the decision takes longer than this. */
  expireAfter(ms: number, expired: () => void): void {
    this.#timer = setTimeout(() => {
      this.#controller?.abort();
      expired();
    }, ms);
  }

  /** The decision is made; the socket belongs to whoever comes next. */
  finish(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.socket.off('close', this.#onClose);
  }

  readonly #onClose = (): void => {
    this.#isGone = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#controller?.abort();
  };
}

/** `close` follows every error and says all there is to say. */
function socketOnError(this: Socket): void {
  this.destroy();
}
