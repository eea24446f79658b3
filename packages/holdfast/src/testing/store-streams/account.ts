import type { StreamStep } from './command.ts';
import type { Plain } from './plain.ts';

/** What came of one step. */
export interface StreamLine {
  readonly step: StreamStep;
  readonly user: string;
  readonly answer: Plain;
  /** What the store knows of the user afterwards, rows of the dead among it. */
  readonly state: Plain;
}

/** What came of a stream. */
export interface StreamAccount {
  readonly lines: readonly StreamLine[];
  /** What each process has heard of each user, in order, and what words it was handed. */
  readonly heard: readonly { readonly [about: string]: readonly Plain[] }[];
}
