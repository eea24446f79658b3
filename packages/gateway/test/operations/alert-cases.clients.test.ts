import { expect, it } from 'vitest';
import { mutantsOf, type RuleMutant } from './alert-mutants.ts';
import { type AlertRule, caseFiles, readRules, rulesFile } from './alert-rules.ts';
import { findSurvivors, promtool } from './promtool.ts';

/** The rule as it is stands among its mutants: a look that found it to differ from itself would prove nothing. */
const everyMutant = (rule: AlertRule): readonly RuleMutant[] => [
  ...mutantsOf(rule),
  { what: rule.alert, rule },
];

it('the alert rules are rules, and fire in the cases in which they should and in no other', () => {
  expect(promtool(['check', 'rules', rulesFile])).toMatchObject({ isOk: true });
  const { isOk, output } = promtool(['test', 'rules', ...caseFiles]);
  expect(output).not.toContain('FAILED');
  expect(isOk).toBe(true);
});

it('FM-89 another threshold, another duration or another bucket in any alert rule turns a case red', () => {
  const rules = readRules();
  expect(findSurvivors(rules, everyMutant)).toEqual(rules.map(({ alert }) => alert));
});
