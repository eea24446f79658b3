/** What a scenario found wrong. */
export interface FindingParts {
  /** What had to be. */
  readonly expected: string;
  readonly got: string;
  /** What it means for users, and where to look: the sentence a report shows first. */
  readonly cause: string;
}

/** A scenario failed: the target does not do what it must. */
export class Finding extends Error {
  override readonly name = 'Finding';
  readonly expected: string;
  readonly got: string;
  override readonly cause: string;

  constructor({ expected, got, cause }: FindingParts) {
    super(`${cause} Expected ${expected}, got ${got}.`);
    this.expected = expected;
    this.got = got;
    this.cause = cause;
  }
}

/** A scenario cannot tell whether its claim holds: nothing is known, which is neither a pass nor a failure. */
export class NotJudged extends Error {
  override readonly name = 'NotJudged';
}

/** Throws the finding unless the condition holds. */
export function demand(holds: boolean, parts: FindingParts): asserts holds {
  if (!holds) throw new Finding(parts);
}
