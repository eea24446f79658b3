import { percentile } from '../statistics/percentile.ts';
import type { Point } from '../statistics/trend.ts';
import type { Evidence } from './evidence.ts';
import { creationEdgesMs, creationsWithin, limitRefusal, measured } from './measured.ts';

/** Measurements of one name that were taken outside of scenarios; null where there is no list of that name. */
export function valuesOf({ samples }: Evidence, name: string): readonly number[] | null {
  return samples.find((one) => one.name === name)?.values ?? null;
}

/** Points of one name; null where there are none. */
export function pointsOf(
  { series }: Pick<Evidence, 'series'>,
  name: string,
): readonly Point[] | null {
  const points = series.find((one) => one.name === name)?.points ?? [];
  return points.length === 0 ? null : points;
}

/** How a run's clients fared; null where it connected none, since then nothing was tried. */
export interface Fates {
  /** Connects that became sessions. */
  readonly accepted: number;
  readonly refusedForLimit: number;
  readonly refusedOtherwise: number;
  /** Sessions that ended though their client had not left. */
  readonly ended: number;
  /** Deliveries of events that were neither made nor told as a gap. */
  readonly lost: number;
}

/** Counts what became of the clients. A list that is absent holds nothing: it is begun by its first entry. */
export function fatesOf(evidence: Evidence): Fates | null {
  const accepted = valuesOf(evidence, measured.connect)?.length ?? 0;
  const refused = valuesOf(evidence, measured.refused) ?? [];
  if (accepted + refused.length === 0) return null;
  const refusedForLimit = refused.filter((code) => code === limitRefusal).length;
  return {
    accepted,
    refusedForLimit,
    refusedOtherwise: refused.length - refusedForLimit,
    ended: valuesOf(evidence, measured.ended)?.length ?? 0,
    lost: sum(valuesOf(evidence, measured.lost) ?? []),
  };
}

/** How long creating a session took. */
export interface Creation {
  /** Where it was taken from, such as `samples/creation`. */
  readonly source: string;
  readonly count: number;
  /** Milliseconds, by nearest rank. */
  readonly p99: number;
  /** The target only counted how many took no longer than this: the percentile lies at it or below. */
  readonly isBound: boolean;
}

/**
 * The target's own work on a newcomer where the run measured it, else as the target counted it, else from the connects,
 * which hold it and more. Null where nothing was timed.
 */
export function creationOf(evidence: Evidence): Creation | null {
  const { creation, connect } = measured;
  return ofSamples(evidence, creation) ?? ofCounts(evidence) ?? ofSamples(evidence, connect);
}

function ofSamples(evidence: Evidence, name: string): Creation | null {
  const values = valuesOf(evidence, name) ?? [];
  const p99 = percentile(values, 0.99);
  if (p99 === null) return null;
  return { source: `samples/${name}`, count: values.length, p99, isBound: false };
}

function ofCounts(evidence: Evidence): Creation | null {
  const { count, within } = creationCountsOf(evidence);
  if (!(count > 0)) return null;
  const bound = within.find((one) => one.count * 100 >= 99 * count);
  const source = `series/${measured.creations}`;
  return { source, count, p99: bound?.edgeMs ?? Number.POSITIVE_INFINITY, isBound: true };
}

/** How many creations a target has timed, and how many of them took no longer than each of these times. */
export interface CreationCounts {
  readonly count: number;
  readonly within: readonly { readonly edgeMs: number; readonly count: number }[];
}

/** What a run saw the target count. */
export function creationCountsOf(evidence: Evidence): CreationCounts {
  const countOf = (name: string): number => increaseOf(pointsOf(evidence, name) ?? []);
  const within = creationEdgesMs.map((edgeMs) => ({
    edgeMs,
    count: countOf(creationsWithin(edgeMs)),
  }));
  return { count: countOf(measured.creations), within };
}

/** A part of a whole, both counted. */
export interface Share {
  readonly part: number;
  readonly whole: number;
}

/** Looks at the target that found the background clean-up running, of all looks; null where nobody looked. */
export function backgroundOf(evidence: Evidence): Share | null {
  const points = pointsOf(evidence, measured.sweepUp);
  if (points === null) return null;
  return { part: points.filter(([, value]) => value === 1).length, whole: points.length };
}

/** Reaps at admission that freed a slot, of those that had one to free; null where nobody counted. */
export function cleanupsOf(evidence: Evidence): Share | null {
  const successful = pointsOf(evidence, measured.reapsSuccessful);
  const failed = pointsOf(evidence, measured.reapsFailed);
  if (successful === null || failed === null) return null;
  const part = increaseOf(successful);
  return { part, whole: part + increaseOf(failed) };
}

/** By how much a counter rose in all. It falls only when the target starts anew, and counts from 0 then. */
export function increaseOf(points: readonly Point[]): number {
  return sum(
    points.slice(1).map(([, value], index) => {
      const before = points[index]?.[1] ?? 0;
      return value >= before ? value - before : value;
    }),
  );
}

/** The value of a series that is farthest from 0; null where there is none. */
export function peakOf(evidence: Evidence, name: string): number | null {
  const points = pointsOf(evidence, name);
  if (points === null) return null;
  return points.reduce((most, [, value]) => Math.max(most, Math.abs(value)), 0);
}

/**
 * The points that were read off the last process of the target: two processes have memories of their own, and one that
 * falls because the target was started anew tells nothing about growth.
 */
export function lastProcessOf(evidence: Evidence, points: readonly Point[]): readonly Point[] {
  const processes = pointsOf(evidence, measured.targetProcess) ?? [];
  const last = processes.at(-1)?.[1];
  const from = processes.findLast(([, value]) => value !== last)?.[0] ?? Number.NEGATIVE_INFINITY;
  return points.filter(([at]) => at > from);
}

/** Time that a series watched: gaps longer than ten of its usual steps are not counted. Milliseconds. */
export function watchedMs(points: readonly Point[]): number {
  const steps = points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? at));
  const longest = 10 * (percentile(steps, 0.5) ?? 0);
  return sum(steps.filter((step) => step <= longest));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
