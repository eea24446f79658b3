import type { AlertRule } from './alert-rules.ts';

/** A rule with one thing about it changed. */
export interface RuleMutant {
  readonly what: string;
  readonly rule: AlertRule;
}

/** A threshold, or a factor in one: what stands before it, and the number. */
const threshold = /(?<before>(?:[<>]=?|[!=]=) |histogram_quantile\()(?<number>[\d.]+(?:e\d+)?)/g;

/**
 * Every mutant of a rule: each threshold higher and lower, its `for` twice as long and left out, and each bound of a bucket
 * another one.
 */
export function mutantsOf(rule: AlertRule): readonly RuleMutant[] {
  return [...thresholdMutants(rule), ...durationMutants(rule), ...bucketMutants(rule)];
}

function thresholdMutants(rule: AlertRule): RuleMutant[] {
  return [...rule.expr.matchAll(threshold)].flatMap(({ index, 0: found, groups }) => {
    const number = Number(groups?.['number']);
    const others = number === 0 ? [1, -1] : [number * 1.4, number * 0.6];
    // A quantile stays one.
    return others
      .map((other) => (found.startsWith('histogram') ? Math.min(other, 1) : other))
      .map((other) => change(rule, { index, found, by: `${groups?.['before'] ?? ''}${other}` }));
  });
}

function durationMutants(rule: AlertRule): RuleMutant[] {
  const { for: lasting, ...atOnce } = rule;
  const what = `${rule.alert} for`;
  if (lasting === undefined) return [{ what: `${what} 5m`, rule: { ...rule, for: '5m' } }];
  const doubled = `${Number.parseInt(lasting, 10) * 2}${lasting.slice(-1)}`;
  return [
    { what: `${what} ${doubled}`, rule: { ...rule, for: doubled } },
    { what: `${what} no time`, rule: atOnce },
  ];
}

function bucketMutants(rule: AlertRule): RuleMutant[] {
  return [...rule.expr.matchAll(/le="0\.\d+"/g)].map(({ index, 0: found }) =>
    change(rule, { index, found, by: found === 'le="0.1"' ? 'le="0.5"' : 'le="0.1"' }),
  );
}

interface Change {
  readonly index: number;
  readonly found: string;
  readonly by: string;
}

function change(rule: AlertRule, { index, found, by }: Change): RuleMutant {
  const expr = rule.expr.slice(0, index) + by + rule.expr.slice(index + found.length);
  return { what: `${rule.alert}: ${found} becomes ${by}`, rule: { ...rule, expr } };
}
