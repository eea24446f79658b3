/** Weighs what is held, in bytes of memory. */
export interface Scale {
  weight: number;
}

/** Memory that a buffer of several holders takes beside its bytes; measured on Node 20, rounded up. */
const overheadBytes = 300;

/** Bytes that several logs hold together. They weigh once, from the first who holds them to the last. */
export class SharedBytes {
  readonly bytes: Uint8Array;
  readonly #scale: Scale;
  #holders = 0;

  constructor(bytes: Uint8Array, scale: Scale) {
    this.bytes = bytes;
    this.#scale = scale;
  }

  get length(): number {
    return this.bytes.length;
  }

  hold(): void {
    if (this.#holders === 0) this.#scale.weight += this.bytes.length + overheadBytes;
    this.#holders += 1;
  }

  letGo(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#scale.weight -= this.bytes.length + overheadBytes;
  }
}
