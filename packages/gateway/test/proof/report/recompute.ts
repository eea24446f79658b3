import type { Evidence } from '../../../src/proof/evidence/evidence.ts';

/**
 * Computes the number that a report says it computed, a second time and by other code: from the raw values of the evidence
 * alone. Undefined for words it does not know.
 */
export function recompute(of: string, evidence: Evidence): number | undefined {
  if (of === 'length') return Date.parse(evidence.endedAt) - Date.parse(evidence.startedAt);
  if (of === 'cleanups') {
    return (
      increase(valuesIn(evidence, 'series/pressure-reaps-successful')) +
      increase(valuesIn(evidence, 'series/pressure-reaps-failed'))
    );
  }
  const [, word = '', source = ''] = /^([a-z0-9.-]+)\((.*)\)$/s.exec(of) ?? [];
  const scenario = /^scenarios\/(\d+)$/.exec(source)?.[1];
  if (scenario !== undefined) return ofScenario(word, evidence, Number(scenario));
  if (source === 'series/creations') return ofValues(word, boundsOfCreation(evidence));
  if (source.startsWith('marks/')) return ofMark(word, evidence, Number(source.slice(6)));
  if (word === 'count' && !source.startsWith('samples/')) return countOf(evidence, source);
  return ofValues(word, valuesIn(evidence, source));
}

/** For each creation the first of the edges within which it was. */
function boundsOfCreation(evidence: Evidence): readonly number[] {
  const all = increase(valuesIn(evidence, 'series/creations'));
  const edges = [1, 5, 10, 25, 50, 100, 500, 1_000].map(
    (edge) => [edge, increase(valuesIn(evidence, `series/creations-within-${edge}ms`))] as const,
  );
  return Array.from(
    { length: all },
    (_, index) => edges.find(([, within]) => index < within)?.[0] ?? Infinity,
  );
}

function ofScenario(word: string, { scenarios }: Evidence, index: number): number | undefined {
  return { round: scenarios[index]?.round, took: scenarios[index]?.tookMs }[word];
}

function ofMark(word: string, { marks, scenarios }: Evidence, index: number): number | undefined {
  const all = [
    ...marks,
    ...scenarios.flatMap((one) =>
      one.marks.map((mark) => ({ ...mark, atMs: one.startedAtMs + mark.atMs })),
    ),
  ];
  all.sort((a, b) => a.atMs - b.atMs);
  const texts = [...new Set(all.map(({ kind, what }) => `${kind} ${what}`))];
  const own = all.filter(({ kind, what }) => `${kind} ${what}` === texts[index]);
  return { count: own.length, first: own[0]?.atMs, last: own.at(-1)?.atMs }[word];
}

function countOf(evidence: Evidence, source: string): number | undefined {
  const { scenarios, planned } = evidence;
  if (source === 'scenarios') return scenarios.length;
  if (source === 'planned') return planned.length;
  const [, outcome] = /^scenarios\/(passed|failed|not-applicable)$/.exec(source) ?? [];
  if (outcome !== undefined)
    return scenarios.filter(({ verdict }) => verdict.outcome === outcome).length;
  return valuesIn(evidence, source).length;
}

function valuesIn({ samples, series, scenarios }: Evidence, source: string): readonly number[] {
  const name = source.slice(source.indexOf('/') + 1);
  if (source.startsWith('samples/')) return samples.find((one) => one.name === name)?.values ?? [];
  if (source.startsWith('series/')) {
    return series.find((one) => one.name === name)?.points.map(([, value]) => value) ?? [];
  }
  return scenarios
    .flatMap((one) => one.samples)
    .filter((one) => one.name === name)
    .map(({ value }) => value);
}

function ofValues(word: string, values: readonly number[]): number | undefined {
  const share = /^p([\d.]+)$/.exec(word)?.[1];
  if (share !== undefined) {
    const thousandths = Math.round(Number(share) * 10);
    // The first value in order that is not below this share of them.
    return values
      .toSorted((a, b) => a - b)
      .find((_, index, all) => (index + 1) * 1000 >= thousandths * all.length);
  }
  switch (word) {
    case 'count':
      return values.length;
    case 'limit-count':
      return values.filter((code) => code === 4429).length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'last':
      return values.at(-1);
    case 'increase':
      return increase(values);
    default:
      return undefined;
  }
}

function increase(values: readonly number[]): number {
  let total = 0;
  for (let index = 1; index < values.length; index += 1) {
    const [before, value] = [values[index - 1]!, values[index]!];
    total += value < before ? value : value - before;
  }
  return total;
}
