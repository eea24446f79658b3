/** What one rule says about one file of evidence, or about all of them. */
export interface Ruling {
  /** The key of the policy, or what else is asked of all evidence, such as `digest`. */
  readonly rule: string;
  /** `unknown`: the evidence does not say. That is as good as missed. */
  readonly outcome: 'met' | 'missed' | 'unknown';
  /** What is asked, to be put after "Expected". */
  readonly expected: string;
  /** What there is, to be put after "got". */
  readonly got: string;
  /** The file it is about; null where it is about all of them. */
  readonly file: string | null;
  /** What to do about it, as a sentence; empty where it is met. */
  readonly advice: string;
}

/** A ruling before it is known which file it is about. */
export type FilelessRuling = Omit<Ruling, 'file'>;

/** The parts of a ruling: it is met where `holds`, missed where not, unknown where that is null. */
export interface RulingParts {
  readonly rule: string;
  readonly holds: boolean | null;
  readonly expected: string;
  readonly got: string;
  readonly advice: string;
}

/** Makes a ruling. */
export function rule({ rule: name, holds, expected, got, advice }: RulingParts): FilelessRuling {
  const outcome = holds === null ? 'unknown' : holds ? 'met' : 'missed';
  return { rule: name, outcome, expected, got, advice: holds === true ? '' : advice };
}

/** A ruling as one or two sentences. */
export function tellRuling({ rule: name, outcome, expected, got, file, advice }: Ruling): string {
  const where = file === null ? '' : `${file}: `;
  if (outcome === 'met') return `${where}${name}: ${got}.`;
  return `${where}Expected ${expected} (${name}), got ${got}. ${advice}`;
}
