const SMALLEST = 64;

/**
 * Numbers in the order in which they came, outside of the JavaScript heap: what is measured there must not be what is
 * measured with.
 */
export class ValueList {
  #values: Float64Array = new Float64Array(SMALLEST);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  toArray(): number[] {
    return [...this.#values.subarray(0, this.#length)];
  }
}
