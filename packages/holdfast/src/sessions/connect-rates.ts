import { type RateLimit, type RateVerdict, spend } from '../core/rate.ts';

/**
 * One rate limit for each key that was seen lately. A key whose limit is full again costs nothing: it is forgotten,
 * oldest first, as others come (I12).
 */
export class ConnectRates {
  readonly #limit: RateLimit | null;
  /** In the order of the last use. */
  readonly #marks: Map<string, number> = new Map();

  /** @param limit null lets everything pass and remembers nothing */
  constructor(limit: RateLimit | null) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#marks.size;
  }

  spend(key: string, now: number): RateVerdict {
    if (this.#limit === null) return { passed: true, mark: now };
    this.forget(now);
    const verdict = spend(this.#limit, this.#marks.get(key) ?? now, now);
    if (verdict.passed) {
      this.#marks.delete(key);
      this.#marks.set(key, verdict.mark);
    }
    return verdict;
  }

  /** Whether `spend` would pass now. Spends nothing. */
  check(key: string, now: number): RateVerdict {
    if (this.#limit === null) return { passed: true, mark: now };
    return spend(this.#limit, this.#marks.get(key) ?? now, now);
  }

  /** Forgets keys whose limit is full again, as far as they are the ones used longest ago. */
  forget(now: number): void {
    for (const [key, mark] of this.#marks) {
      if (mark > now) return;
      this.#marks.delete(key);
    }
  }
}
