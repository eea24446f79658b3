import { formatDuration } from '../../server/config/units.ts';
import { isCompressed } from '../evidence/contradictions.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { measured } from '../evidence/measured.ts';
import { lastProcessOf, pointsOf, watchedMs } from '../evidence/tally.ts';
import { fewestPoints, findGrowth, type Growth } from '../statistics/growth.ts';
import type { Policy } from './policy.ts';
import { type FilelessRuling, rule } from './ruling.ts';

/** Looks do not fall on the very first and last instant of a run. */
const WATCHED_SHARE = 0.99;

/** What a policy says about a soak beside what it says about its load. */
export function judgeSoak(evidence: Evidence, policy: Policy): readonly FilelessRuling[] {
  return [
    judgeDuration(evidence, policy),
    ...policy.steady.map((name) => judgeSteady(evidence, policy, name)),
  ];
}

/** How one series of a run grew, in the last process of the target. */
export function growthOf(evidence: Evidence, policy: Policy, name: string): Growth {
  const points = lastProcessOf(evidence, pointsOf(evidence, name) ?? []);
  return findGrowth(points, {
    warmUpShare: policy.warmUpPercent / 100,
    mostShare: policy.maxGrowthPercent / 100,
  });
}

function judgeDuration(evidence: Evidence, { soakDurationMs }: Policy): FilelessRuling {
  const points = lastProcessOf(evidence, pointsOf(evidence, measured.sessions) ?? []);
  const watched = watchedMs(points);
  const isReal = !isCompressed(evidence);
  const isLong = isReal && watched >= soakDurationMs * WATCHED_SHARE;
  const text = formatDuration(Math.floor(watched / 1_000) * 1_000);
  return rule({
    rule: 'soakDuration',
    holds: isLong ? true : null,
    expected: `one process of the target to be watched for ${formatDuration(soakDurationMs)}`,
    got: isReal ? text : `${text} of time that was driven by hand (--compress)`,
    advice: `Run \`holdfast soak --duration ${formatDuration(soakDurationMs)}\` against the deployment.`,
  });
}

function judgeSteady(evidence: Evidence, policy: Policy, name: string): FilelessRuling {
  const growth = growthOf(evidence, policy, name);
  const { outcome } = growth;
  return rule({
    rule: 'steady',
    holds: outcome === 'unknown' ? null : outcome === 'steady',
    expected: `\`${name}\` to grow by at most ${policy.maxGrowthPercent} % in 24 hours, with 95 % confidence`,
    got: describe(growth, name),
    advice:
      growth.perDay === null
        ? `It takes ${fewestPoints} points, spread over the time, after the first ${policy.warmUpPercent} %: let the soak run for longer.`
        : outcome === 'growing'
          ? 'Something is kept that should go: the report shows its slope over time.'
          : 'The interval is too wide to tell: let the soak run for longer.',
  });
}

function describe({ perDay, level, points }: Growth, name: string): string {
  if (perDay === null || level === null) return `${points.length} points of it`;
  const percent = (value: number): string => {
    if (level === 0) return value === 0 ? '0 %' : 'more than nothing';
    return `${((100 * value) / Math.abs(level)).toFixed(1)} %`;
  };
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  const seen = formatDuration(Math.floor(span / 1_000) * 1_000);
  return `a growth of \`${name}\` by ${percent(perDay.slope)} in 24 hours (between ${percent(perDay.low)} and ${percent(perDay.high)}), told from ${seen}`;
}
