import type { Evidence } from './evidence.ts';

/** How what was played differs from what was to be. */
export interface PlanDifference {
  /** Names that were planned and not played, as often as they are missing. */
  readonly missing: readonly string[];
  /** Names that were played though nobody planned it, or more often than planned. */
  readonly unplanned: readonly string[];
}

/** Holds the scenarios of a run against its plan. */
export function compareWithPlan({
  planned,
  scenarios,
}: Pick<Evidence, 'planned' | 'scenarios'>): PlanDifference {
  const left = countEach(planned);
  for (const { name } of scenarios) left.set(name, (left.get(name) ?? 0) - 1);
  const pick = (sign: 1 | -1): string[] =>
    [...left].flatMap(([name, count]) =>
      Array.from({ length: Math.max(0, sign * count) }, () => name),
    );
  return { missing: pick(1), unplanned: pick(-1) };
}

/** How often each text occurs, in the order of their first occurrence. */
export function countEach(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
