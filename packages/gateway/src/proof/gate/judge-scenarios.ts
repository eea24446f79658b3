import type { Evidence } from '../evidence/evidence.ts';
import type { PlayedScenario } from '../scenarios/outcome.ts';
import type { Policy } from './policy.ts';
import { type FilelessRuling, rule } from './ruling.ts';

/** A run of scenarios is held against this: whatever was played has passed. What is not applicable has not failed. */
export function judgeScenarios({ scenarios }: Evidence): FilelessRuling {
  const failed = scenarios.filter(({ verdict }) => verdict.outcome === 'failed');
  const passed = scenarios.filter(({ verdict }) => verdict.outcome === 'passed');
  return rule({
    rule: 'scenarios',
    holds: failed.length > 0 ? false : passed.length > 0 ? true : null,
    expected: 'every scenario that was played to pass',
    got:
      failed.length > 0
        ? `${failed.length} of ${scenarios.length} failed: ${failed.map(tellFailure).join('; ')}`
        : `${passed.length} of ${scenarios.length} passed`,
    advice:
      failed.length > 0
        ? 'The report has cause, expected and got of each at its top.'
        : 'Run `holdfast verify` against a target it can be held against.',
  });
}

/** Whether the scenarios that a policy asks for were played and passed, in all these runs together. */
export function judgeRequired(
  runs: readonly Evidence[],
  { requiredScenarios }: Policy,
): readonly FilelessRuling[] {
  const played = runs.flatMap(({ scenarios }) => scenarios);
  return requiredScenarios.map((pattern) => {
    const matching = played.filter((one) => answers(one, pattern));
    const open = matching.filter((one) => isOpen(one, matching));
    return rule({
      rule: 'requiredScenarios',
      holds: matching.length === 0 ? null : open.length === 0,
      expected: `\`${pattern}\` to have been played and passed`,
      got:
        matching.length === 0
          ? 'no such scenario'
          : open.length === 0
            ? `${matching.length} passed`
            : open.map(tellOpen).join('; '),
      advice: 'Run `holdfast verify` with it against a target that has what it needs.',
    });
  });
}

/** It failed, or was not applicable here and passed nowhere else. */
function isOpen({ name, verdict }: PlayedScenario, all: readonly PlayedScenario[]): boolean {
  if (verdict.outcome !== 'not-applicable') return verdict.outcome === 'failed';
  return !all.some((one) => one.name === name && one.verdict.outcome === 'passed');
}

/** Whether a scenario, or something it covers, has a name of this pattern. `_` is `-`, and letter case does not matter. */
function answers({ name, covers }: PlayedScenario, pattern: string): boolean {
  const parts = plain(pattern).split('*');
  const expression = new RegExp(`^${parts.map(escapeForExpression).join('.*')}$`, 's');
  const names = [name, ...covers.map((one) => one.replace(/^seed: /, ''))];
  return names.some((one) => expression.test(plain(one)));
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('_', '-');
}

function tellFailure({ name, verdict }: PlayedScenario): string {
  return verdict.outcome === 'failed' ? `${name} (${verdict.cause})` : name;
}

function tellOpen(played: PlayedScenario): string {
  const { name, verdict } = played;
  return verdict.outcome === 'not-applicable'
    ? `${name} was not applicable (${verdict.why})`
    : `${tellFailure(played)} failed`;
}

function escapeForExpression(text: string): string {
  return text.replaceAll(/[\\^$.|+()[\]{}?]/g, '\\$&');
}
