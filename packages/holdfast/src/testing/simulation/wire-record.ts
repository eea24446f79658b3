/** A ping as it left the process. */
export interface PingSent {
  readonly mark: number;
  readonly at: number;
  /** Bytes written before it, in all. */
  readonly bytesBefore: number;
  /** Of those, the bytes no pong had confirmed. */
  readonly unconfirmed: number;
}

/** What a peer has done that entitles the process to end its session. */
export type Provocation =
  | 'close-frame'
  | 'gone'
  | 'invalid'
  | 'too-big'
  | 'bad-frame'
  | 'flood'
  | 'request';

/**
 * The truth about one connection, as somebody would see it who sits at the process's end of the cable and writes down
 * what passes. Instants are true time.
 */
export class WireRecord {
  /** When a frame of the peer was last handed to the process. */
  heardAt: number = Number.NEGATIVE_INFINITY;
  /** The ping that is out. */
  ping: PingSent | null = null;
  pingsThatThrew = 0;
  bytesWritten = 0;
  bytesConfirmed = 0;
  /** When frames arrived that lie in the kernel and were not read yet. */
  readonly unread: number[] = [];
  readonly provocations: Set<Provocation> = new Set();
  /** When the process said goodbye, or cut the connection. */
  dismissedAt: number | null = null;
  /** When to come back, as the close frame says; null where it says nothing. */
  retryMs: number | null = null;

  get unconfirmed(): number {
    return this.bytesWritten - this.bytesConfirmed;
  }

  wrote(bytes: number): void {
    this.bytesWritten += bytes;
  }

  pinged(mark: number, at: number): void {
    this.ping = { mark, at, bytesBefore: this.bytesWritten, unconfirmed: this.unconfirmed };
  }

  /** A pong was handed to the process. */
  ponged(mark: number): void {
    if (this.ping?.mark !== mark) return;
    this.bytesConfirmed = Math.max(this.bytesConfirmed, this.ping.bytesBefore);
    this.ping = null;
  }
}
