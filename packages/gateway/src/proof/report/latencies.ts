import type { Evidence } from '../evidence/evidence.ts';
import { sortAscending } from '../statistics/percentile.ts';

/** Times of one kind, from the shortest to the longest. */
export interface Latencies {
  readonly name: string;
  /** Where they are in the evidence, such as `samples/creation`. */
  readonly source: string;
  /** Milliseconds; there is at least one. */
  readonly sorted: readonly number[];
}

/** Those a plot shows first. */
const order: readonly string[] = ['creation', 'connect', 'reload', 'event', 'connect-over-frozen'];

/** Every time that a run measured: its own samples, and those of all its scenarios together. */
export function findLatencies({ samples, scenarios }: Evidence): readonly Latencies[] {
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
  return [...own, ...inScenarios]
    .filter(([, , values]) => values.length > 0)
    .map(([source, name, values]) => ({ name, source, sorted: sortAscending(values) }))
    .toSorted((a, b) => rankOf(a.source) - rankOf(b.source));
}

function rankOf(source: string): number {
  const rank = order.indexOf(source.slice(source.indexOf('/') + 1));
  return rank === -1 ? order.length : rank;
}
