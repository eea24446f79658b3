import { median } from './percentile.ts';
import { findTrend, type Point, pointsPerBlock, type Trend, trendBlocks } from './trend.ts';

const dayMs = 24 * 3_600_000;

/** When something counts as steady. */
export interface GrowthRule {
  /** Share of the time from the start that is left out: caches fill and code is compiled then. */
  readonly warmUpShare: number;
  /** What it may grow by in 24 hours, as a share of its level. */
  readonly mostShare: number;
}

/** What a series says about growth. */
export interface Growth {
  /**
   * `steady`: with 95 % confidence it grows by less than may be. `growing`: with that confidence it grows, and may do so by
   * more than that. `unknown`: the interval allows both, or there are too few points.
   */
  readonly outcome: 'steady' | 'growing' | 'unknown';
  /** The value in the middle of those after the warm-up; null where there are none. */
  readonly level: number | null;
  /** Rise in 24 hours, in the unit of the series; null where there are too few points. */
  readonly perDay: Pick<Trend, 'slope' | 'low' | 'high'> | null;
  /** Per millisecond, for a plot. */
  readonly trend: Trend | null;
  /** Points after the warm-up. */
  readonly points: readonly Point[];
}

/** Fewest points after the warm-up of which a trend can be told. */
export const fewestPoints: number = trendBlocks * pointsPerBlock;

/**
 * Whether a series is steady. That the interval of its slope holds zero says nothing, since a series that is noisy or short
 * enough always does: the whole interval must lie below what it may grow by.
 *
 * @param points times in milliseconds, in their order
 */
export function findGrowth(points: readonly Point[], rule: GrowthRule): Growth {
  const from = points[0]?.[0] ?? 0;
  const startsAt = from + ((points.at(-1)?.[0] ?? 0) - from) * rule.warmUpShare;
  const warm = points.filter(([at]) => at >= startsAt);
  const level = median(warm.map(([, value]) => value));
  const trend = findTrend(warm);
  if (trend === null || level === null) {
    return { outcome: 'unknown', level, perDay: null, trend, points: warm };
  }
  const { slope, low, high } = trend;
  const perDay = { slope: slope * dayMs, low: low * dayMs, high: high * dayMs };
  const most = Math.abs(level) * rule.mostShare;
  const outcome = perDay.high <= most ? 'steady' : perDay.low > 0 ? 'growing' : 'unknown';
  return { outcome, level, perDay, trend, points: warm };
}
