/** A raw measurement, where it was taken in the scenario. */
export interface Sample {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Milliseconds since the scenario began. */
  readonly atMs: number;
}

/** An instant of a scenario: something was done to the target, or came of it. */
export interface Mark {
  readonly kind: 'fault' | 'note';
  readonly what: string;
  /** Milliseconds since the scenario began. */
  readonly atMs: number;
}

/** How a scenario came out. */
export type Verdict =
  | { readonly outcome: 'passed' }
  /** `cause` says what it means for users; `expected` and `got` are what was seen. */
  | {
      readonly outcome: 'failed';
      readonly cause: string;
      readonly expected: string;
      readonly got: string;
    }
  /** The target lacks something the scenario needs, or the machine is too busy to tell: nothing is known. */
  | { readonly outcome: 'not-applicable'; readonly why: string };

/** A scenario that was run, with everything that was measured. */
export interface PlayedScenario {
  readonly name: string;
  readonly category: string;
  readonly claim: string;
  readonly covers: readonly string[];
  /** From 1, where a run repeats its scenarios. */
  readonly round: number;
  readonly verdict: Verdict;
  /** Milliseconds since the run began. */
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly samples: readonly Sample[];
  readonly marks: readonly Mark[];
}
