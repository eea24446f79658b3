import type { Stage } from './stage.ts';

/** What a scenario is about. The list is open: a part of the product brings its own. */
type Category =
  | 'limits'
  | 'multi-user'
  | 'load'
  | 'race'
  | 'environment'
  | 'resume'
  | 'security'
  | 'cluster';

/** A claim about a target, and how it is put to the test from outside. */
export interface Scenario {
  /** `category/what-is-done`, all lower case; `--pattern` is held against it. */
  readonly name: string;
  readonly category: Category;
  /** What holds when it passes, in one sentence. */
  readonly claim: string;
  /** The invariants, failure modes and lines of the seed document it stands for. */
  readonly covers: readonly string[];
  /**
   * Flags of `holdfast serve` it needs, beside those of the run. A target that was not started for the proof has its own:
   * there such a scenario is not applicable.
   */
  readonly flags?: readonly string[];
  /** It does something to the process of the target, which is only possible where that was started for the proof. */
  readonly needsHost?: boolean;
  /** It starts nodes and a Redis of its own; `some` of a target will do, where several were given, `own` acts on their processes. */
  readonly needsNodes?: 'some' | 'own';
  /** The longest it may take. Default: a minute. */
  readonly withinMs?: number;
  /** Resolves where the claim holds; rejects with a {@link Finding} where it does not. */
  run(stage: Stage): Promise<void>;
}
