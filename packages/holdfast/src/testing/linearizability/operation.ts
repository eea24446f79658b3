/** One operation of a recorded history. */
export interface Operation<Input, Output> {
  readonly input: Input;
  /** What came of it; null where nobody knows, so that it may have happened at any time since, or never. */
  readonly output: Output | null;
  /** When it was called, and when its answer was there: numbers that rise with the time of the recorder. */
  readonly calledAt: number;
  /** Infinity where no answer came. */
  readonly returnedAt: number;
}

/** What a store would do if it did one operation after the other. */
export interface SequentialSpec<State, Input, Output> {
  readonly initial: State;
  /** The state after it and what it answers. States are never changed, only replaced. */
  apply(state: State, input: Input): { readonly state: State; readonly output: Output };
  /** Whether what was answered is what should have been. */
  agrees(expected: Output, got: Output): boolean;
  /** Whether an operation that is answered so changes nothing, in whatever state. */
  isReadOnly(output: Output): boolean;
  /** The same text for the same state, and no other. */
  keyOf(state: State): string;
}

/** What a check found. */
export type LinearizabilityVerdict<State, Input, Output> =
  | { readonly outcome: 'linearizable' }
  /** No order fits. `prefix` is the longest that does, in order; after it, in `state`, none of `stuck` can be next. */
  | {
      readonly outcome: 'not-linearizable';
      readonly prefix: readonly Operation<Input, Output>[];
      readonly state: State;
      readonly stuck: readonly Operation<Input, Output>[];
    }
  /** Given up after so many states. */
  | { readonly outcome: 'undecided'; readonly states: number };
