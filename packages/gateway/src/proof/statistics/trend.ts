import { median, sortAscending } from './percentile.ts';

/** A point of a series: time, and the value then. */
export type Point = readonly [at: number, value: number];

/** How fast a series rises, per unit of its time, and between which rates the truth lies with 95 % confidence. */
export interface Trend {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  /** Where the line of that slope stands at time 0. */
  readonly intercept: number;
}

/** Stretches of time a series is cut into, and the points each of them needs. */
export const trendBlocks = 30;
export const pointsPerBlock = 3;
/** Of the normal distribution, two-sided 95 %. */
const Z = 1.959_964;
/** Dependence beyond this is told as this: the interval is six times as wide then. */
const STRONGEST = 0.95;

/**
 * The trend of a series whose points depend on each other, as those of memory do: it climbs until the collector runs, and
 * neighbours tell the same story. An interval that took them for independent would be too narrow by far.
 *
 * - Batching: the time is cut into 30 equal stretches, of which each gives the median of its points. Stretches longer than
 *   the ups and downs are nearly independent. Source: batch means, Conway, Management Science 10 (1963).
 * - The slope is the median of the slopes between all pairs of stretches, which no outlier moves. Source: Theil (1950), and
 *   Sen, JASA 63 (1968), from where the interval comes too: ranks of the slopes, by the variance of Kendall's S.
 * - That variance is raised by what is left of dependence between the stretches, (1 + r) / (1 - r) for a correlation r of
 *   neighbours. Source: Bartlett, JRSS Supplement 8 (1946); with Kendall's S, Yue and Wang, Water Resources Management 18 (2004).
 *
 * Null where a stretch has fewer than 3 points: then nothing can be said.
 *
 * @param points in the order of their times
 */
export function findTrend(points: readonly Point[]): Trend | null {
  const blocks = cutIntoBlocks(points);
  if (blocks === null) return null;
  const slopes = slopesOf(blocks);
  const slope = median(slopes) ?? 0;
  const residuals = blocks.map(([at, value]) => value - slope * at);
  const spread = Z * Math.sqrt(kendallVariance(blocks.length) * dependence(residuals));
  // Sen's interval: the slopes whose ranks lie half the spread from the middle (Hollander and Wolfe, 9.3).
  const below = Math.max(0, Math.floor((slopes.length - spread) / 2) - 1);
  const above = Math.min(slopes.length - 1, Math.ceil((slopes.length + spread) / 2));
  return {
    slope,
    low: slopes[below] ?? slope,
    high: slopes[above] ?? slope,
    intercept: median(residuals) ?? 0,
  };
}

function cutIntoBlocks(points: readonly Point[]): readonly Point[] | null {
  const from = points[0]?.[0] ?? 0;
  const width = ((points.at(-1)?.[0] ?? 0) - from) / trendBlocks;
  if (!(width > 0)) return null;
  const blocks = Array.from({ length: trendBlocks }, (): Point[] => []);
  for (const point of points) {
    const index = Math.min(trendBlocks - 1, Math.floor((point[0] - from) / width));
    blocks[index]?.push(point);
  }
  if (blocks.some(({ length }) => length < pointsPerBlock)) return null;
  return blocks.map((block) => [
    median(block.map(([at]) => at)) ?? 0,
    median(block.map(([, value]) => value)) ?? 0,
  ]);
}

/** Between each two points, from the smallest to the largest. */
function slopesOf(points: readonly Point[]): readonly number[] {
  const slopes = points.flatMap(([at, value], index) =>
    points.slice(index + 1).map(([laterAt, later]) => (later - value) / (laterAt - at)),
  );
  return sortAscending(slopes);
}

function kendallVariance(count: number): number {
  return (count * (count - 1) * (2 * count + 5)) / 18;
}

/**
 * By how much dependence between neighbours raises the variance of S; at least 1. Residuals of a line look less dependent
 * than they are: (2 + 4r) / n is the bias of r (Kendall, Biometrika 41, 1954; with a trend taken out).
 */
function dependence(residuals: readonly number[]): number {
  const count = residuals.length;
  const seen = neighbourCorrelation(residuals);
  const correlation = Math.min(STRONGEST, (seen + 2 / count) / (1 - 4 / count));
  return Math.max(1, (1 + correlation) / (1 - correlation));
}

/** Correlation of each value with the one after it; 0 where all are equal. */
function neighbourCorrelation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const around = values.map((value) => value - mean);
  const product = (by: number): number =>
    around.reduce((sum, value, index) => sum + value * (around[index + by] ?? 0), 0);
  const whole = product(0);
  return whole === 0 ? 0 : product(1) / whole;
}
