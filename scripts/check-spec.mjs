/**
 * Holds the documents and the tests together, in both directions:
 * - every invariant of SPEC.md has an Enforcement line and test files, each of which has a test that
 *   names it; every test that names an invariant stands in a file listed there;
 * - the transition table of SPEC.md is the one that the code runs;
 * - every test file that either document names is there, also for rules that have no id;
 * - every id of docs/failure-modes.md has test files that name it, and every id that a test names is
 *   listed there with that test's file.
 *
 * usage: node scripts/check-spec.mjs [--print-transitions | --write]
 *   --write brings the lists of test files up to date; what an id means is for a person to write
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildIfStale } from './build.mjs';
import { report, root } from './workspace.mjs';

/**
 * @typedef {{ name: string, file: string }} Test
 * @typedef {{ id: string, hasEnforcement: boolean, files: string[] }} Claim
 * @typedef {Record<string, Record<string, { to: string, effect: string }>>} Transitions
 */

/** The vocabulary of ids that a test's name may hold; an escape such as %C3 is none. */
const invariantId = /\bI\d{1,2}\b/g;
const failureModeId = /(?<![%\w])(?:FM-\d{2}|[A-G]\d{1,2})\b/g;

/** @returns {Test[]} every test of every tier by its full name, also generated ones */
function listTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'test-list-'));
  const file = path.join(folder, 'tests.json');
  try {
    const { status, stdout, stderr } = spawnSync(
      path.join(root, 'node_modules/.bin/vitest'),
      // Nothing is run, so files need no process each: that takes a fraction of the time.
      ['list', '--isolate=false', `--json=${file}`],
      { cwd: root, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`vitest could not list the tests:\n${stdout}${stderr}`);
    const tests = /** @type {Test[]} */ (JSON.parse(readFileSync(file, 'utf8')));
    return tests.map((test) => ({ name: test.name, file: path.relative(root, test.file) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Test[]} tests
 * @param {RegExp} pattern
 * @returns {Map<string, Set<string>>} id → files with a test that names it
 */
function idsInTests(tests, pattern) {
  /** @type {Map<string, Set<string>>} */
  const named = new Map();
  for (const { name, file } of tests) {
    for (const [id] of name.matchAll(pattern))
      named.set(id, (named.get(id) ?? new Set()).add(file));
  }
  return named;
}

/** @param {string} text */
function filesIn(text) {
  return [...text.matchAll(/`([^`]+\.test\.ts)`/g)].map((match) => match[1] ?? '');
}

/**
 * @param {string} spec
 * @returns {Claim[]}
 */
function readInvariants(spec) {
  return spec.split(/^(?=#{1,3} )/m).flatMap((section) => {
    const id = /^### (I\d{1,2})\b/.exec(section)?.[1];
    if (id === undefined) return [];
    const tests = /^\*\*Tests:\*\*[^]*?(?=\n\s*\n|$(?![^]))/m.exec(section)?.[0] ?? '';
    return [{ id, hasEnforcement: /^\*\*Enforcement:\*\*/m.test(section), files: filesIn(tests) }];
  });
}

/**
 * @param {string} document
 * @returns {Claim[]} the rows of the table whose first cell is an id
 */
function readFailureModes(document) {
  return document.split('\n').flatMap((line) => {
    const id = /^\|\s*`?(FM-\d{2}|[A-G]\d{1,2})`?\s*\|/.exec(line)?.[1];
    return id === undefined ? [] : [{ id, hasEnforcement: true, files: filesIn(line) }];
  });
}

/**
 * @param {string} document name of the document, for the messages
 * @param {Claim[]} claims
 * @param {Map<string, Set<string>>} named
 * @returns {string[]}
 */
function compare(document, claims, named) {
  const ids = claims.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const listed = new Map(claims.map(({ id, files }) => [id, files]));
  return [
    ...(claims.length === 0 ? [`${document} lists nothing`] : []),
    ...twice.map((id) => `${document} lists ${id} twice`),
    ...claims.flatMap((claim) => checkClaim(document, claim, named.get(claim.id) ?? new Set())),
    ...[...named].flatMap(([id, files]) =>
      [...files]
        .filter((file) => !(listed.get(id) ?? []).includes(file))
        .map((file) => `${file} has a test for ${id}, but ${document} does not list it there`),
    ),
  ];
}

/**
 * @param {string} document
 * @param {Claim} claim
 * @param {Set<string>} namedIn files with a test that names the claim's id
 */
function checkClaim(document, { id, hasEnforcement, files }, namedIn) {
  return [
    ...(hasEnforcement ? [] : [`${document}: ${id} has no **Enforcement:** line`]),
    ...(files.length > 0 ? [] : [`${document}: ${id} lists no test file`]),
    ...files
      .filter((file) => !namedIn.has(file))
      .map((file) => `${document}: ${id}: no test in ${file} names it`),
  ];
}

/** @returns {Promise<string[]>} the rows of the transition table that the code runs */
async function renderTransitions() {
  const file = path.join(root, 'packages/holdfast/dist/core/lifecycle.js');
  const { transitions } = /** @type {{ transitions: Transitions }} */ (await import(file));
  return Object.entries(transitions).flatMap(([state, inputs]) =>
    Object.entries(inputs).map(
      ([input, { to, effect }]) => `| ${state} | ${input} | ${to} | ${effect} |`,
    ),
  );
}

/**
 * @param {string} spec
 * @param {string[]} expected
 */
function checkTransitions(spec, expected) {
  const block = /<!-- transitions:start -->([^]*?)<!-- transitions:end -->/.exec(spec)?.[1];
  if (block === undefined) return ['SPEC.md has no transition table between its two marks'];
  const rows = block
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .replaceAll('`', '')
        .replace(/\s*\|\s*/g, ' | ')
        .trim(),
    );
  return [
    ...expected.filter((row) => !rows.includes(row)).map((row) => `SPEC.md lacks ${row}`),
    ...rows.filter((row) => !expected.includes(row)).map((row) => `the code does not do ${row}`),
    ...(rows.length > expected.length ? ['SPEC.md has a transition twice'] : []),
  ];
}

/**
 * @param {string} document
 * @param {string} text
 * @returns {string[]}
 */
function checkFiles(document, text) {
  return [...new Set(filesIn(text))]
    .filter((file) => !existsSync(path.join(root, file)))
    .map((file) => `${document} names ${file}, which is not there`);
}

/** @param {string} name */
function readDocument(name) {
  const file = path.join(root, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** @param {Set<string> | undefined} files */
function listFiles(files) {
  return [...(files ?? [])].toSorted().map((file) => `\`${file}\``);
}

/** @param {Test[]} tests */
function writeLists(tests) {
  const inSpec = idsInTests(tests, invariantId);
  const spec = readDocument('SPEC.md').replace(
    /^(### (I\d{1,2})\b[^]*?^\*\*Tests:\*\*)[^\n]*$/gm,
    (_all, /** @type {string} */ head, /** @type {string} */ id) =>
      `${head} ${listFiles(inSpec.get(id)).join(', ')}`,
  );
  writeFileSync(path.join(root, 'SPEC.md'), spec);
  const inTests = idsInTests(tests, failureModeId);
  const modes = readDocument('docs/failure-modes.md').replace(
    /^(\|\s*(FM-\d{2}|[A-G]\d{1,2})\s*\|[^|]*\|)[^|\n]*\|$/gm,
    (_all, /** @type {string} */ head, /** @type {string} */ id) =>
      `${head} ${listFiles(inTests.get(id)).join('<br>')} |`,
  );
  writeFileSync(path.join(root, 'docs/failure-modes.md'), modes);
}

if (!buildIfStale()) process.exit(1);
const rows = await renderTransitions();
if (process.argv.includes('--print-transitions')) {
  console.log(['| state | input | to | effect |', '|---|---|---|---|', ...rows].join('\n'));
} else {
  const tests = listTests();
  if (process.argv.includes('--write')) writeLists(tests);
  const spec = readDocument('SPEC.md');
  const invariants = readInvariants(spec);
  const modes = readDocument('docs/failure-modes.md');
  const failureModes = readFailureModes(modes);
  report(
    [
      ...checkTransitions(spec, rows),
      ...checkFiles('SPEC.md', spec),
      ...checkFiles('docs/failure-modes.md', modes),
      ...compare('SPEC.md', invariants, idsInTests(tests, invariantId)),
      ...compare('docs/failure-modes.md', failureModes, idsInTests(tests, failureModeId)),
    ],
    `${rows.length} transitions, ${invariants.length} invariants and ${failureModes.length} failure modes agree with ${tests.length} tests`,
  );
}
