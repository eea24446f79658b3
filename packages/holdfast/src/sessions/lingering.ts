import { type Aged, AgeOrder } from '../core/age-order.ts';
import { never, noEntry, type Timed } from '../core/timing-wheel.ts';
import { type CloseCause, closeCauses, closeReason } from '../protocol/close-causes.ts';
import type { Faults } from './faults.ts';
import type { Pulse } from './pulse.ts';
import { nobody, type SessionSocket, type SocketOwner } from './socket.ts';

/** How long a socket may take for its closing handshake. */
export const lingerMs = 2_000;

/**
 * Sockets that are over for us but not yet closed. They hold no slot; whoever has not closed by then is cut. There is a
 * bound: one too many cuts the oldest at once (I12).
 */
export class LingeringSockets {
  readonly #pulse: Pulse;
  readonly #faults: Faults;
  readonly #most: number;
  readonly #sockets: AgeOrder<LingeringSocket> = new AgeOrder();

  constructor(pulse: Pulse, faults: Faults, most: number) {
    this.#pulse = pulse;
    this.#faults = faults;
    this.#most = most;
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** One more would cut the oldest. */
  get isFull(): boolean {
    return this.#sockets.size >= this.#most;
  }

  /** Says goodbye with the code of this cause and takes the socket over until it is closed. */
  dismiss(socket: SessionSocket, cause: CloseCause, retryAfterMs?: number): void {
    const lingering = new LingeringSocket(socket, this, this.#faults);
    socket.owner = lingering;
    this.#sockets.touched(lingering);
    lingering.entry = this.#pulse.add(lingering, this.#pulse.now() + lingerMs);
    const { code } = closeCauses[cause];
    const wasClosed = this.#faults.guard('socket', () => {
      if (code !== 1006) socket.close(code, closeReason(cause, retryAfterMs));
      else socket.terminate();
    });
    if (!wasClosed) lingering.cut();
    if (this.#sockets.size > this.#most) this.#sockets.oldest?.cut();
  }

  /** Cuts all of them now. */
  cutAll(): void {
    for (let next = this.#sockets.oldest; next !== null; next = this.#sockets.oldest) next.cut();
  }

  /** Called by the lingering socket that is closed, or cut. */
  left(lingering: LingeringSocket): void {
    this.#sockets.remove(lingering);
    this.#pulse.remove(lingering.entry);
    lingering.entry = noEntry;
  }
}

class LingeringSocket implements SocketOwner, Timed, Aged<LingeringSocket> {
  readonly #socket: SessionSocket;
  readonly #room: LingeringSockets;
  readonly #faults: Faults;
  entry: number = noEntry;
  older: LingeringSocket | null = null;
  newer: LingeringSocket | null = null;

  constructor(socket: SessionSocket, room: LingeringSockets, faults: Faults) {
    this.#socket = socket;
    this.#room = room;
    this.#faults = faults;
  }

  due(): number {
    this.cut();
    return never;
  }

  cut(): void {
    this.gone();
    this.#faults.guard('socket', () => this.#socket.terminate());
  }

  gone(): void {
    this.#socket.owner = nobody;
    this.#room.left(this);
  }

  heard(): void {}
  ponged(): void {}
  received(): void {}
  drained(): void {}
  ending(): void {}
}
