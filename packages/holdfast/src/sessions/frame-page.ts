import { writeHeader } from './text-frame.ts';

/** Bytes it takes to remember where a frame ends. */
const slotBytes = 2;

/**
 * Frames end to end in one buffer, from the left; where each of them ends, from the right. A frame costs its own bytes
 * and two more, and no object. What has been written is never changed, so a slice may be handed to any number of sockets.
 * Source: the slotted page of database storage engines.
 *
 * ```
 *  │ frame │ frame │ frame │ …           … │ end │ end │ end │
 * ```
 */
export class FramePage {
  readonly #bytes: Buffer;
  /** Offset of the first frame of this page. */
  readonly first: number;
  #count = 0;
  #used = 0;

  /** @param capacity bytes; up to 64 KB, or more for a page of one frame */
  constructor(first: number, capacity: number) {
    this.first = first;
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Offset of the last frame; one before `first` while there is none. */
  get last(): number {
    return this.first + this.#count - 1;
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  /** How large a page has to be for these frames, of so many bytes in all. */
  static capacityFor(frames: number, bytes: number): number {
    return bytes + frames * slotBytes;
  }

  /** Whether one more frame of this length fits. */
  hasRoom(length: number): boolean {
    return FramePage.capacityFor(this.#count + 1, this.#used + length) <= this.#bytes.length;
  }

  /** Where a frame begins, and with that how many bytes lie before it. */
  startOf(offset: number): number {
    return offset === this.first ? 0 : this.endOf(offset - 1);
  }

  endOf(offset: number): number {
    if (offset === this.last) return this.#used;
    return this.#bytes.readUInt16LE(this.#slotOf(offset - this.first));
  }

  /** Puts a frame at the end, or the part of it that is not kept elsewhere. What does not fit must not be put. */
  append(payloadBytes: number, text: string): void {
    const at = writeHeader(this.#bytes, this.#used, payloadBytes);
    this.#close(at + this.#bytes.write(text, at, 'utf8'));
  }

  /** Gives a place to a frame that is kept elsewhere. */
  appendNothing(): void {
    this.#close(this.#used);
  }

  /** The frames from one offset to another, both included. */
  slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(this.startOf(from), this.endOf(to));
  }

  /** A page of another capacity with the frames from this offset on. */
  moved(from: number, capacity: number): FramePage {
    const page = new FramePage(from, capacity);
    const start = this.startOf(from);
    this.#bytes.copy(page.#bytes, 0, start, this.#used);
    for (let offset = from; offset <= this.last; offset += 1)
      page.#close(this.endOf(offset) - start);
    return page;
  }

  #close(end: number): void {
    if (this.#count > 0) this.#bytes.writeUInt16LE(this.#used, this.#slotOf(this.#count - 1));
    this.#count += 1;
    this.#used = end;
  }

  #slotOf(place: number): number {
    return this.#bytes.length - (place + 1) * slotBytes;
  }
}
