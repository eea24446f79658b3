/** What a goal asks of a figure. */
export interface Goal {
  readonly relation: 'at most' | 'at least';
  readonly value: number;
  /** As measurements call it: `1`, `4b`. */
  readonly number: string;
}

/** One line of the table: what was measured, in which unit, and the goal it is held to. */
export interface Row {
  readonly suite: string;
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** Absent for figures that are only told. */
  readonly goal?: Goal;
  /** The figures behind it: absolute values, each round. */
  readonly detail: string;
}

/** How a row came out. */
export type Verdict = 'pass' | 'FAIL' | 'told';

/** A goal that is an upper bound. */
export function atMost(number: string, value: number): Goal {
  return { relation: 'at most', value, number };
}

/** A goal that is a lower bound. */
export function atLeast(number: string, value: number): Goal {
  return { relation: 'at least', value, number };
}

/** Holds a row to its goal. */
export function judge({ figure, goal }: Row): Verdict {
  if (goal === undefined) return 'told';
  const holds = goal.relation === 'at most' ? figure <= goal.value : figure >= goal.value;
  return holds ? 'pass' : 'FAIL';
}
