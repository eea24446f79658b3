/**
 * Writes docs/options.md from the table of options that the gateway itself reads.
 *
 * usage: node scripts/write-options.mjs            writes the file
 *        node scripts/write-options.mjs --check    fails when the file says something else
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { report, root } from './workspace.mjs';

/**
 * @typedef {{ name: string, kind: string, default: string | undefined, defaultNote?: string, help: string }} Row
 * @typedef {{ optionRows: readonly Row[], variableOf: (row: Row) => string, keyOf: (row: Row) => string }} Options
 */

const name = 'docs/options.md';

const head = `# Options of \`holdfast serve\`

Written by \`node scripts/write-options.mjs\` from the table the gateway reads; do not edit.

Each option can be given in three places. A flag wins over its environment variable, that over the key in the file named by \`--config\` (YAML or JSON), that over the default. The name of the environment alone has two more places to come from, after the file: \`ENVIRONMENT\` and \`NODE_ENV\`.

An unknown flag, \`HOLDFAST_\` variable or key is an error that names the nearest known one; so are values that contradict each other. All problems are told at once, and the exit status is 2. (Variables that Kubernetes sets for a service named holdfast are ignored with a note.)

- Durations: \`80ms\`, \`25s\`, \`5m\`, \`1h\`; a bare number is milliseconds.
- Sizes: \`64kb\`, \`1mb\`, \`2gb\` (1 kb is 1024 bytes); a bare number is bytes.
- Rates: \`50/s\`.
- Lists: with commas; in a file also as a list.

| flag | variable, key | default | meaning |
|---|---|---|---|
`;

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|');
}

/**
 * @param {Options} options
 * @returns {string} the whole file
 */
function formatOptions({ optionRows, variableOf, keyOf }) {
  const rows = optionRows.map((row) => {
    const fallback = row.defaultNote ?? (row.default === undefined ? '–' : `\`${row.default}\``);
    // A settings file does not name another one.
    const key = row.name === 'config' ? '' : `, \`${keyOf(row)}\``;
    const names = `\`${variableOf(row)}\`${key}`;
    return `| \`--${row.name}\` | ${names} | ${cell(fallback)} | ${cell(row.help)} |\n`;
  });
  return head + rows.join('');
}

if (buildIfStale()) {
  const table = path.join(root, 'packages/gateway/dist/server/config/option-names.js');
  const options = /** @type {Options} */ (await import(pathToFileURL(table).href));
  const text = formatOptions(options);
  const file = path.join(root, name);
  const isCheck = process.argv.includes('--check');
  if (!isCheck) writeFileSync(file, text);
  const isSame = existsSync(file) && readFileSync(file, 'utf8') === text;
  report(
    isSame ? [] : [`${name} is out of date: node scripts/write-options.mjs writes it anew`],
    `${name} is up to date`,
  );
} else {
  process.exitCode = 1;
}
