import type { PlayedScenario } from '../../../packages/gateway/dist/proof/scenarios/outcome.js';
import { expectedFailures } from '../expected/expected-failures.ts';
import type { System } from '../systems/system.ts';

/** What was played against one system. */
export interface PlayedSystem {
  readonly system: System;
  readonly played: readonly PlayedScenario[];
}

const words: Readonly<Record<PlayedScenario['verdict']['outcome'], string>> = {
  passed: 'passed',
  failed: '**failed**',
  'not-applicable': '–',
};

/** What each port failed, and for what that stands; what was not expected says so. */
export function printReasons(systems: readonly PlayedSystem[]): string {
  return systems.map(reasonsFor).filter(Boolean).join('\n\n');
}

function reasonsFor({ system, played }: PlayedSystem): string {
  const expected = system.name === 'holdfast' ? [] : expectedFailures[system.name];
  const failed = played.filter(({ verdict }) => verdict.outcome === 'failed');
  const lines = failed.map(({ name }) => {
    const because = expected.find(({ scenario }) => scenario === name)?.because;
    return `- \`${name}\`: ${because ?? 'this was not expected.'}`;
  });
  return lines.length === 0 ? '' : [`**${system.title}**`, '', ...lines].join('\n');
}

/** Every scenario and how it came out against each system, in Markdown. */
export function printScenarios(systems: readonly PlayedSystem[]): string {
  const names = [...new Set(systems.flatMap(({ played }) => played.map(({ name }) => name)))];
  const titles = systems.map(({ system }) => system.title);
  const head = `| scenario | ${titles.join(' | ')} |`;
  const rule = `|---|${titles.map(() => '---|').join('')}`;
  const lines = names.map((name) => {
    const cells = systems.map(({ played }) => wordFor(played, name));
    return `| \`${name}\` | ${cells.join(' | ')} |`;
  });
  return [head, rule, ...lines].join('\n');
}

function wordFor(played: readonly PlayedScenario[], name: string): string {
  const one = played.find((candidate) => candidate.name === name);
  return one === undefined ? '' : words[one.verdict.outcome];
}
