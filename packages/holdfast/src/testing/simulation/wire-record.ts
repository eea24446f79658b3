/** A ping as it left the process. */
export interface PingSent {
  readonly mark: number;
  readonly at: number;
  /** Bytes written before it, in all. */
  readonly bytesBefore: number;
  /** Of those, the bytes no pong had confirmed. */
  readonly unconfirmed: number;
  /** The place in the log up to which everything had been written. */
  readonly coveredTo: number;
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
  /** The place up to which everything was written or told as a gap, and up to which the peer has said it has it. */
  coveredTo = 0;
  knownTo = 0;
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
    const { bytesWritten: bytesBefore, unconfirmed, coveredTo } = this;
    this.ping = { mark, at, bytesBefore, unconfirmed, coveredTo };
  }

  /** A pong was handed to the process. */
  ponged(mark: number): void {
    if (this.ping?.mark !== mark) return;
    this.bytesConfirmed = Math.max(this.bytesConfirmed, this.ping.bytesBefore);
    this.knownTo = Math.max(this.knownTo, this.ping.coveredTo);
    this.ping = null;
  }

  /** `ready` was written: its client is known to have what comes before. */
  greeted(offset: number): void {
    this.coveredTo = this.knownTo = offset;
  }

  /** A frame of the peer was handed to the process. */
  said(text: string): void {
    const [, offset] = /^\{"type":"ack","offset":(\d+)\}$/.exec(text) ?? [];
    const acked = Number(offset ?? 0);
    if (acked <= this.coveredTo) this.knownTo = Math.max(this.knownTo, acked);
  }
}
