/**
 * The smallest of the values that at least this share of them do not exceed: the nearest-rank definition, which only
 * ever answers a value that was measured. Null without values.
 *
 * @param share above 0, at most 1: 0.99 for p99
 */
export function percentile(values: readonly number[], share: number): number | null {
  return ofSorted(sortAscending(values), share);
}

/** The same of values that are in order already. */
export function ofSorted(sorted: readonly number[], share: number): number | null {
  // 0.07 * 100 is above 7 in binary: a rank is not to be the next one for that.
  const rank = Math.ceil(share * sorted.length - 1e-9);
  return sorted[Math.max(1, rank) - 1] ?? null;
}

/** The value in the middle; the mean of the two middle ones where their number is even. Null without values. */
export function median(values: readonly number[]): number | null {
  const sorted = sortAscending(values);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) return null;
  return lower + (upper - lower) / 2;
}

/** A copy of the values from the smallest to the largest. */
export function sortAscending(values: readonly number[]): readonly number[] {
  return [...Float64Array.from(values).toSorted()];
}
