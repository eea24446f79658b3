import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { type AlertRule, caseFiles } from './alert-rules.ts';
import type { RuleMutant } from './alert-mutants.ts';

/** How a run of promtool ended. */
export interface PromtoolRun {
  readonly isOk: boolean;
  readonly output: string;
}

/** @throws when it is not installed */
export function promtool(args: readonly string[]): PromtoolRun {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (error !== undefined)
    throw new Error('Missing promtool: apt-get install prometheus', { cause: error });
  return { isOk: status === 0, output: `${stdout}${stderr}` };
}

interface CaseFile {
  readonly tests: readonly { readonly name: string; readonly promql_expr_test: object[] }[];
}

/** No alert is called that: whoever expects it is told which ones fire instead. */
const nothingLikeIt = [{ labels: '{alertname="none"}', value: 1 }];

/**
 * The mutants that no case of their rule tells from the rule itself. All mutants of a rule stand beside it in one file, each
 * under a name of its own, and promtool is made to tell which of them fire in each case.
 */
export function findSurvivors(
  rules: readonly AlertRule[],
  mutantsOf: (rule: AlertRule) => readonly RuleMutant[],
): readonly string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'alert-mutants-'));
  const mutants = new Map(rules.map((rule) => [rule, mutantsOf(rule)]));
  const files = [...mutants].flatMap(([rule, own]) => writeMutants(rule, own, folder));
  const { output } = promtool(['test', 'rules', ...files]);
  rmSync(folder, { recursive: true });
  const answers = output.split('got:').slice(1);
  const differs = (one: string, other: string): boolean =>
    answers.some((answer) => answer.includes(`"${one}"`) !== answer.includes(`"${other}"`));
  return [...mutants].flatMap(([{ alert }, own]) =>
    own.filter((_, number) => !differs(alert, nameOf(alert, number))).map(({ what }) => what),
  );
}

function nameOf(alert: string, number: number): string {
  return `${alert}_${number}`;
}

/** Beside the rule's own cases no others: those of one rule say little about another. */
function writeMutants(rule: AlertRule, mutants: readonly RuleMutant[], folder: string): string[] {
  const named = mutants.map((mutant, number) => ({
    ...mutant.rule,
    alert: nameOf(rule.alert, number),
  }));
  const rulesName = `${rule.alert}.rules.yml`;
  const groups = [{ name: 'mutants', rules: [rule, ...named] }];
  writeFileSync(path.join(folder, rulesName), stringify({ groups }));
  return caseFiles.flatMap((caseFile) => {
    const { tests, ...rest } = parse(readFileSync(caseFile, 'utf8')) as CaseFile;
    const own = tests
      .filter(({ name }) => name.startsWith(`${rule.alert}:`))
      .map(({ promql_expr_test: questions, ...scene }) => ({
        ...scene,
        promql_expr_test: questions.map((one) => ({ ...one, exp_samples: nothingLikeIt })),
      }));
    if (own.length === 0) return [];
    const file = path.join(folder, `${rule.alert}.${path.basename(caseFile)}`);
    writeFileSync(file, stringify({ ...rest, rule_files: [rulesName], tests: own }));
    return [file];
  });
}
