import type { Server, Socket } from 'node:net';

/** What the book is kept by. */
export interface ConnectionBookOptions {
  /** Connections beyond this one are in excess. */
  readonly most: number;
  /** A connection ended before a whole request had come; its TCP peer. */
  readonly onUnfinished: (peer: string | undefined) => void;
}

/** Connections in excess that are still answered (503, or the HTTP API); more are cut at once. */
const MOST_IN_EXCESS = 1000;

/**
 * Every TCP connection of the server, from accept to close, upgraded or not. Connections beyond
 * `most` are marked instead of cut, so that they can be told why, and so that an operator can still
 * look at a gateway that is full.
 */
export class ConnectionBook {
  readonly #options: ConnectionBookOptions;
  readonly #sockets: Set<Socket> = new Set();
  readonly #inExcess: Set<Socket> = new Set();
  /** Those without a whole request yet, and their peers: a closed socket no longer knows its peer. */
  readonly #silent: Map<Socket, string | undefined> = new Map();
  /** One listener for all sockets; node calls it with the socket as `this`. */
  readonly #onClose: (this: Socket) => void;

  constructor(options: ConnectionBookOptions) {
    this.#options = options;
    const leave = (socket: Socket): void => this.#leave(socket);
    this.#onClose = function onClose(this: Socket): void {
      leave(this);
    };
  }

  /** Enters all connections of this server from now on. */
  watch(server: Server): void {
    server.on('connection', this.#enter);
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** True for a connection beyond the bound. */
  isInExcess(socket: Socket): boolean {
    return this.#inExcess.has(socket);
  }

  /** A whole request has come over this connection. */
  heardFrom(socket: Socket): void {
    this.#silent.delete(socket);
  }

  /** Cuts every connection. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  readonly #enter = (socket: Socket): void => {
    // A server is given a connection anew when it is to ignore an `Upgrade` that asks for no WebSocket.
    if (this.#sockets.has(socket)) return;
    const isInExcess = this.#sockets.size - this.#inExcess.size >= this.#options.most;
    if (isInExcess && this.#inExcess.size >= MOST_IN_EXCESS) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    if (isInExcess) this.#inExcess.add(socket);
    this.#silent.set(socket, socket.remoteAddress);
    socket.on('close', this.#onClose);
  };

  #leave(socket: Socket): void {
    this.#sockets.delete(socket);
    this.#inExcess.delete(socket);
    if (!this.#silent.has(socket)) return;
    const peer = this.#silent.get(socket);
    this.#silent.delete(socket);
    this.#options.onUnfinished(peer);
  }
}
