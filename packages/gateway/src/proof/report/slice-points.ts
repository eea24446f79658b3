import { median } from '../statistics/percentile.ts';
import type { Point } from '../statistics/trend.ts';

/** The points of a slice of time. */
export interface Slice {
  /** Its middle. */
  readonly at: number;
  readonly lowest: number;
  readonly middle: number;
  readonly highest: number;
}

/** Points for each slice, below which nothing is gained. */
const FEWEST = 4;

/**
 * A series cut into slices of time, each with the lowest, the middle and the highest of its points, so that a picture of a
 * day loses no spike. Null where there are few enough points to draw each.
 *
 * @param points in the order of their times
 */
export function slicePoints(points: readonly Point[], count: number): readonly Slice[] | null {
  if (points.length <= FEWEST * count) return null;
  const from = points[0]?.[0] ?? 0;
  const width = ((points.at(-1)?.[0] ?? 0) - from) / count;
  const slices = Array.from({ length: count }, (): number[] => []);
  for (const [at, value] of points) {
    slices[Math.min(count - 1, Math.floor((at - from) / width))]?.push(value);
  }
  return slices.flatMap((values, index): readonly Slice[] => {
    const middle = median(values);
    if (middle === null) return [];
    const at = from + (index + 0.5) * width;
    const lowest = values.reduce((a, b) => Math.min(a, b));
    const highest = values.reduce((a, b) => Math.max(a, b));
    return [{ at, lowest, middle, highest }];
  });
}
