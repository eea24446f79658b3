/**
 * Writes the list of scenarios in docs/proof-kit.md from the catalogue that `holdfast verify` plays.
 *
 * usage: node scripts/write-proof-kit.mjs            writes it
 *        node scripts/write-proof-kit.mjs --check    fails when the file says something else
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { report, root } from './workspace.mjs';

/**
 * @typedef {{ name: string, category: string, claim: string, covers: readonly string[], flags?: readonly string[], needsHost?: boolean, needsNodes?: 'some' | 'own' }} Scenario
 */

const name = 'docs/proof-kit.md';
const start = '<!-- scenarios:start -->';
const end = '<!-- scenarios:end -->';

/**
 * @param {Scenario} scenario
 * @returns {string} what it needs of a target
 */
function needsOf({ flags = [], needsHost = false, needsNodes }) {
  if (needsNodes === 'own') return 'nodes of its own, and `redis-server`';
  if (needsNodes === 'some')
    return 'several nodes: `--target URL,URL`, or its own and `redis-server`';
  if (needsHost) return 'a gateway of its own';
  return flags.length > 0 ? `a gateway of its own, with \`${flags.join(' ')}\`` : 'any target';
}

/**
 * @param {readonly Scenario[]} catalogue
 * @returns {string} one section for each category
 */
function formatCatalogue(catalogue) {
  const categories = [...new Set(catalogue.map(({ category }) => category))];
  return categories
    .map((category) => {
      const rows = catalogue
        .filter((scenario) => scenario.category === category)
        .map((scenario) => {
          const title = scenario.name.slice(category.length + 1);
          const covers = scenario.covers.join('; ').replaceAll('|', '\\|');
          return `| \`${title}\` | ${scenario.claim.replaceAll('|', '\\|')} | ${needsOf(scenario)} | ${covers} |\n`;
        });
      return `### ${category}\n\n| scenario | what holds when it passes | needs | stands for |\n|---|---|---|---|\n${rows.join('')}`;
    })
    .join('\n');
}

if (buildIfStale()) {
  const module = path.join(root, 'packages/gateway/dist/proof/scenarios/catalogue.js');
  const { catalogue } = /** @type {{ catalogue: readonly Scenario[] }} */ (
    await import(pathToFileURL(module).href)
  );
  const file = path.join(root, name);
  const before = readFileSync(file, 'utf8');
  const [head = '', rest = ''] = before.split(start);
  const [, tail = ''] = rest.split(end);
  const text = `${head}${start}\n\n${formatCatalogue(catalogue)}\n${end}${tail}`;
  const isCheck = process.argv.includes('--check');
  if (!isCheck) writeFileSync(file, text);
  const isSame = before === text || !isCheck;
  report(
    isSame ? [] : [`${name} is out of date: node scripts/write-proof-kit.mjs writes it anew`],
    `${name} is up to date`,
  );
} else {
  process.exitCode = 1;
}
