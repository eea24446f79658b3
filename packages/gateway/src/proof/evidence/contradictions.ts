import type { PlayedScenario } from '../scenarios/outcome.ts';
import type { Evidence } from './evidence.ts';
import { creationEdgesMs, creationsWithin, measured } from './measured.ts';
import { compareWithPlan, countEach } from './plan.ts';

/** By how much the clock of the machine and the monotonic one may disagree about the length of a run. */
const SLACK_MS = 1_000;
const SLACK_SHARE = 0.001;
/** By how much the clocks of two machines may disagree about now. */
const AHEAD_MS = 60_000;

/** Milliseconds from the start of a run to its end, by the clock of the machine. */
export function lengthOf({ startedAt, endedAt }: Evidence): number {
  return Date.parse(endedAt) - Date.parse(startedAt);
}

/** Whether time was driven by hand: points then tell simulated time, and the length of the run says nothing about it. */
export function isCompressed({ settings }: Evidence): boolean {
  return settings['compress'] === true;
}

/**
 * What in the evidence of a run cannot have been so, as sentences: the marks of a file put together by hand, or of a
 * broken clock.
 *
 * @param now milliseconds since 1970
 */
export function findContradictions(evidence: Evidence, now: number): readonly string[] {
  return [
    ...aboutTheRun(evidence, now),
    ...aboutPlans(evidence),
    ...aboutScenarios(evidence),
    ...aboutMeasurements(evidence),
  ];
}

/** When the last thing of a run can have happened, milliseconds since its start. */
function latestOf(evidence: Evidence): number {
  const length = isCompressed(evidence) ? durationOf(evidence) : lengthOf(evidence);
  return length + SLACK_MS + length * SLACK_SHARE;
}

function durationOf({ settings }: Evidence): number {
  const duration = settings['durationMs'];
  return typeof duration === 'number' ? duration : 0;
}

function aboutTheRun(evidence: Evidence, now: number): string[] {
  const { startedAt, endedAt, isComplete } = evidence;
  const found: string[] = [];
  const length = lengthOf(evidence);
  if (length < 0) found.push(`The run ended at ${endedAt}, before it started at ${startedAt}.`);
  if (Date.parse(endedAt) > now + AHEAD_MS) {
    found.push(`The run ended at ${endedAt}, which has not come yet.`);
  }
  const duration = durationOf(evidence);
  if (isComplete && !isCompressed(evidence) && duration > latestOf(evidence)) {
    found.push(`The run is said to have taken its ${duration} ms, and took ${length} ms.`);
  }
  return found;
}

function aboutPlans(evidence: Evidence): string[] {
  const { scenarios, isComplete } = evidence;
  const { missing, unplanned } = compareWithPlan(evidence);
  const found = unplanned.map((name) => `${name} was played more often than it was planned.`);
  if (isComplete && missing.length > 0) {
    found.push(`The run is said to be complete, and ${missing.join(', ')} was not played.`);
  }
  const rounds = countEach(scenarios.map(({ name, round }) => `${name}, round ${round},`));
  const twice = [...rounds].filter(([, count]) => count > 1);
  return [...found, ...twice.map(([name]) => `${name} is there twice.`)];
}

function aboutScenarios(evidence: Evidence): string[] {
  const latest = latestOf(evidence);
  let previousEnd = 0;
  return evidence.scenarios.flatMap((scenario) => {
    const { name, round, startedAtMs, tookMs } = scenario;
    const found: string[] = [];
    const about = `${name}, round ${round},`;
    if (startedAtMs + tookMs > latest) found.push(`${about} ended after the run did.`);
    if (startedAtMs + SLACK_MS < previousEnd) {
      found.push(`${about} began before the one ahead of it had ended.`);
    }
    previousEnd = startedAtMs + tookMs;
    if (latestInside(scenario) > tookMs + SLACK_MS) {
      found.push(`${about} has samples or marks of after its end.`);
    }
    return found;
  });
}

function latestInside({ samples, marks }: PlayedScenario): number {
  return [...samples, ...marks].reduce((latest, { atMs }) => Math.max(latest, atMs), 0);
}

/** Counts and sizes. Of those that are not named here nothing is known. */
const neverNegative: ReadonlySet<string> = new Set([
  ...Object.values(measured).filter((name) => name !== measured.drift),
  ...creationEdgesMs.map(creationsWithin),
]);

function aboutMeasurements(evidence: Evidence): string[] {
  const { samples, series, marks } = evidence;
  const latest = latestOf(evidence);
  const names = countEach([...samples, ...series].map(({ name }) => name));
  const found = [...names]
    .filter(([, count]) => count > 1)
    .map(([name]) => `\`${name}\` is there twice.`);
  for (const { name, unit, values } of samples) {
    if (unit !== 'ms') continue;
    const isOdd = values.some((value) => value < 0 || value > latest);
    if (isOdd) found.push(`\`${name}\` holds a time below zero, or longer than the run.`);
  }
  for (const { name, points } of series) {
    if (neverNegative.has(name) && points.some(([, value]) => value < 0)) {
      found.push(`\`${name}\` falls below zero.`);
    }
    const isOrdered = points.every(([atMs], index) => atMs >= (points[index - 1]?.[0] ?? 0));
    if (!isOrdered) found.push(`The points of \`${name}\` are not in the order of their times.`);
    if (points.some(([atMs]) => atMs > latest))
      found.push(`\`${name}\` has points of after the end of the run.`);
  }
  if (marks.some(({ atMs }) => atMs > latest))
    found.push('There are marks of after the end of the run.');
  return found;
}
