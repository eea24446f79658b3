import type { LinearizabilityVerdict, Operation, SequentialSpec } from './operation.ts';

/** How much is tried before it is given up. */
const mostStates = 1_000_000;

/** Where a search stands: some operations have been put in order. */
interface Place<State> {
  readonly state: State;
  /** A bit for each operation that is in order. */
  readonly done: bigint;
  /** In that order. */
  readonly order: readonly number[];
}

/**
 * Looks for an order of all operations in which each answers what it did, and none comes before one that had returned when it
 * was called. An operation without an answer may stand anywhere after its call, or be left out.
 *
 * Source: the search of Wing and Gong, "Testing and verifying concurrent objects" (1993), with the memory of Lowe, "Testing for
 * linearizability" (2017): what was tried before from the same state with the same operations done is not tried again, nor with
 * more of those without an answer, which can only leave less to choose from. A read-only operation that fits is taken at once:
 * wherever else an order has it, it could stand here as well. Operations without an answer are tried last.
 */
export function checkLinearizable<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  spec: SequentialSpec<State, Input, Output>,
): LinearizabilityVerdict<State, Input, Output> {
  const search = new Search(history, spec);
  return search.run();
}

class Search<State, Input, Output> {
  readonly #operations: readonly Operation<Input, Output>[];
  readonly #spec: SequentialSpec<State, Input, Output>;
  /** All that have an answer. */
  readonly #needed: bigint;
  /** By state and operations with an answer: the operations without one that were done as well. */
  readonly #seen: Map<string, bigint[]> = new Map();
  #states = 0;
  #longest: Place<State>;

  constructor(
    history: readonly Operation<Input, Output>[],
    spec: SequentialSpec<State, Input, Output>,
  ) {
    this.#operations = history.toSorted((one, other) => one.calledAt - other.calledAt);
    this.#spec = spec;
    let needed = 0n;
    for (const [place, { output }] of this.#operations.entries())
      if (output !== null) needed |= bit(place);
    this.#needed = needed;
    this.#longest = { state: spec.initial, done: 0n, order: [] };
  }

  run(): LinearizabilityVerdict<State, Input, Output> {
    const open: Place<State>[] = [this.#longest];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if ((place.done & this.#needed) === this.#needed) return { outcome: 'linearizable' };
      if (this.#states > mostStates) return { outcome: 'undecided', states: this.#states };
      if (place.order.length > this.#longest.order.length) this.#longest = place;
      open.push(...this.#next(place).filter((next) => this.#isNew(next)));
    }
    return this.#refusal();
  }

  #isNew({ state, done }: Place<State>): boolean {
    const key = `${(done & this.#needed).toString(36)} ${this.#spec.keyOf(state)}`;
    const unanswered = done & ~this.#needed;
    const before = this.#seen.get(key) ?? [];
    if (before.some((fewer) => (fewer & ~unanswered) === 0n)) return false;
    this.#seen.set(key, [...before, unanswered]);
    this.#states += 1;
    return true;
  }

  /** The places one operation further on, the likeliest last. */
  #next(place: Place<State>): Place<State>[] {
    const answered: Place<State>[] = [];
    const unanswered: Place<State>[] = [];
    const here = this.#spec.keyOf(place.state);
    for (const at of this.#candidates(place.done)) {
      const next = this.#after(place, at);
      if (next === null) continue;
      const answer = this.#operations[at]?.output ?? null;
      if (answer !== null && this.#spec.isReadOnly(answer)) return [next];
      if (answer !== null) answered.push(next);
      // Without an answer and without an effect, it might as well be left out.
      else if (this.#spec.keyOf(next.state) !== here) unanswered.push(next);
    }
    return [...unanswered.toReversed(), ...answered.toReversed()];
  }

  #after(place: Place<State>, at: number): Place<State> | null {
    const operation = this.#operations[at];
    if (operation === undefined) return null;
    const { state, output } = this.#spec.apply(place.state, operation.input);
    if (operation.output !== null && !this.#spec.agrees(output, operation.output)) return null;
    return { state, done: place.done | bit(at), order: [...place.order, at] };
  }

  /** Those that can be next: called before any other that is not in order yet had returned. */
  #candidates(done: bigint): number[] {
    const left: number[] = [];
    let firstReturn = Number.POSITIVE_INFINITY;
    for (const [at, { calledAt, returnedAt }] of this.#operations.entries()) {
      if ((done & bit(at)) !== 0n) continue;
      // In the order of calls, nobody further on can be next either.
      if (calledAt > firstReturn) break;
      left.push(at);
      firstReturn = Math.min(firstReturn, returnedAt);
    }
    return left.filter((at) => (this.#operations[at]?.calledAt ?? 0) <= firstReturn);
  }

  #refusal(): LinearizabilityVerdict<State, Input, Output> {
    const { state, done, order } = this.#longest;
    const at = (place: number): Operation<Input, Output> =>
      this.#operations[place] as Operation<Input, Output>;
    return {
      outcome: 'not-linearizable',
      prefix: order.map(at),
      state,
      stuck: this.#candidates(done).map(at),
    };
  }
}

function bit(place: number): bigint {
  return 1n << BigInt(place);
}
