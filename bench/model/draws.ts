import { SeededRandom } from 'holdfast/testing';

/** Seeded draws of what happens by chance. */
export class Draws {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** From [0, 1). */
  share(): number {
    return this.#random.next();
  }

  /** A whole number from 0 up to, and without, this. */
  below(count: number): number {
    return Math.floor(this.#random.next() * count);
  }

  /** With this mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.#random.next()) * mean;
  }

  /** How often something happens that happens so often on average: Poisson's, by the normal one for large means. */
  poisson(mean: number): number {
    if (mean > 64) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.#normal()));
    const floor = Math.exp(-mean);
    let count = 0;
    for (let product = this.share(); product > floor; product *= this.share()) count += 1;
    return count;
  }

  /** Source: G. E. P. Box and M. E. Muller, 1958. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.share())) * Math.cos(2 * Math.PI * this.share());
  }
}
