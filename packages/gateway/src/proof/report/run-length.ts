import { isCompressed, lengthOf } from '../evidence/contradictions.ts';
import type { Evidence } from '../evidence/evidence.ts';

/** Milliseconds that the time axis of a report spans: to the end of the run, or to what came last where time was driven by hand. */
export function runLength(evidence: Evidence): number {
  const { series, scenarios, marks } = evidence;
  const ends = [
    ...series.map(({ points }) => points.at(-1)?.[0] ?? 0),
    ...scenarios.map(({ startedAtMs, tookMs }) => startedAtMs + tookMs),
    ...marks.map(({ atMs }) => atMs),
  ];
  const last = ends.reduce((latest, end) => Math.max(latest, end), 0);
  return isCompressed(evidence) ? last : Math.max(last, lengthOf(evidence), 0);
}
