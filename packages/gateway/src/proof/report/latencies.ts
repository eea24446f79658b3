import type { Evidence } from '../evidence/evidence.ts';
import { creationCountsOf } from '../evidence/tally.ts';
import { sortAscending } from '../statistics/percentile.ts';

/** Times of one kind, from the shortest to the longest. */
export interface Latencies {
  readonly name: string;
  /** Where they are in the evidence, such as `samples/creation`. */
  readonly source: string;
  /** Milliseconds; there is at least one. Infinite where it took longer than can be told. */
  readonly sorted: readonly number[];
  /** Whether the policy's line is about it. */
  readonly isCreation: boolean;
}

/** Those a plot shows first. */
const order: readonly string[] = [
  'creation',
  'creations',
  'connect',
  'reload',
  'event',
  'connect-over-frozen',
];

/** Every time that a run measured: its own samples, what the target counted, and the samples of all its scenarios together. */
export function findLatencies(evidence: Evidence): readonly Latencies[] {
  const { samples, scenarios } = evidence;
  const counted = ['series/creations', 'creation, at most', boundsOfCreation(evidence)] as const;
  const own = samples.flatMap(({ name, unit, values }) =>
    unit === 'ms' ? [[`samples/${name}`, name, values] as const] : [],
  );
  const played = new Map<string, number[]>();
  for (const { name, unit, value } of scenarios.flatMap((one) => one.samples)) {
    if (unit !== 'ms') continue;
    const values = played.get(name) ?? [];
    played.set(name, values);
    values.push(value);
  }
  const inScenarios = [...played].map(
    ([name, values]) => [`scenarios/${name}`, `${name}, in scenarios`, values] as const,
  );
  return [...own, counted, ...inScenarios]
    .filter(([, , values]) => values.length > 0)
    .map(([source, name, values]) => {
      const isCreation = name.startsWith('creation');
      return { name, source, isCreation, sorted: sortAscending(values) };
    })
    .toSorted((a, b) => rankOf(a.source) - rankOf(b.source));
}

function rankOf(source: string): number {
  const rank = order.indexOf(source.slice(source.indexOf('/') + 1));
  return rank === -1 ? order.length : rank;
}

/** More than this are not told one by one. */
const MOST_CREATIONS = 5_000_000;

/** For each creation that the target has counted the time within which it was. */
function boundsOfCreation(evidence: Evidence): readonly number[] {
  const { count, within } = creationCountsOf(evidence);
  if (!(count >= 1 && count <= MOST_CREATIONS)) return [];
  const bounds = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (const { edgeMs, count: inside } of within.toReversed()) bounds.fill(edgeMs, 0, inside);
  return [...bounds];
}
