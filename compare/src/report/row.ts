import type { Figure } from '../measures/bench.ts';
import type { Samples } from '../samples.ts';

/** One line of the table. */
export interface Row {
  readonly title: string;
  /** What it means, in one line; null where the row above it has said it. */
  readonly explains: string | null;
  /** What is said of a system; a dash where nothing was measured. */
  tell(samples: Samples): string;
}

const nothing = '–';

/** How one value is written. */
export type Write = (value: number) => string;

/** The middle of all rounds. */
export function medianOf(figure: Figure, write: Write): Row['tell'] {
  return (samples) => {
    const values = samples.valuesOf(figure);
    return values.length === 0 ? nothing : write(percentile(values, 0.5));
  };
}

/** The value that this share of all values does not exceed. */
export function percentileOf(figure: Figure, share: number, write: Write): Row['tell'] {
  return (samples) => {
    const values = samples.valuesOf(figure);
    return values.length === 0 ? nothing : write(percentile(values, share));
  };
}

/** All rounds together: so many of so many. */
export function sumOf(figure: Figure, of: (samples: Samples) => number): Row['tell'] {
  return (samples) => {
    const values = samples.valuesOf(figure);
    return values.length === 0 ? nothing : `${total(values)} of ${of(samples)}`;
  };
}

/** All values added up. */
export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The value that this share of all values does not exceed (nearest rank). NaN of nothing. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
