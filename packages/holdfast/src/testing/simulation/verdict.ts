/** An invariant that did not hold, and when. */
export interface Violation {
  /** `I1` to `I12`. */
  readonly invariant: string;
  readonly message: string;
  /** Milliseconds since the start of the run. */
  readonly atMs: number;
}

/** Remembers the first violation; whatever follows from it tells nothing new. */
export class Verdict {
  readonly #now: () => number;
  violation: Violation | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a violation unless this holds. */
  expect(holds: boolean, invariant: string, message: () => string): void {
    if (holds || this.violation !== null) return;
    this.violation = { invariant, message: message(), atMs: this.#now() };
  }
}
