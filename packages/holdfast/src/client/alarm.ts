import type { Ground } from './ground.ts';

/** One timer that can be set anew. */
export class Alarm {
  readonly #ground: Ground;
  #handle: unknown = null;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  get isSet(): boolean {
    return this.#handle !== null;
  }

  /** Calls back once after this long, unless it is set again or cleared before. */
  set(ms: number, ring: () => void): void {
    this.clear();
    this.#handle = this.#ground.after(ms, () => {
      this.#handle = null;
      ring();
    });
  }

  clear(): void {
    if (this.#handle !== null) this.#ground.cancel(this.#handle);
    this.#handle = null;
  }
}
