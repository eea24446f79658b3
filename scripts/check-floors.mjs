/**
 * Holds the floors: imports only go down, siblings never import each other, packages are entered
 * only by their public sub-paths. Purity inside floor 0 (no clock, timer, randomness, async) and
 * import cycles are the linter's part; the planted violations below prove that both still bite.
 *
 * usage: node scripts/check-floors.mjs            checks the tree, then the planted violations
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { filesBelow, readJson, report, root } from './workspace.mjs';

const fixture = path.join(root, 'scripts/fixtures/bad-floors');

const everywhere = [
  'core',
  'protocol',
  'sessions',
  'adapters',
  'stores',
  'cluster',
  'telemetry',
  'client',
  'ai',
];

/**
 * What each room of the library may import besides itself. `node` says whether node:* may be used,
 * `external` which packages.
 *
 * @type {Record<string, { floor: number, rooms: string[], node: boolean, external: string[] }>}
 */
const libraryRooms = {
  core: { floor: 0, rooms: ['protocol'], node: false, external: [] },
  protocol: { floor: 0, rooms: ['core'], node: false, external: [] },
  sessions: { floor: 1, rooms: ['core', 'protocol'], node: true, external: [] },
  adapters: { floor: 2, rooms: ['core', 'protocol', 'sessions'], node: true, external: ['ws'] },
  stores: { floor: 2, rooms: ['core', 'protocol', 'sessions'], node: true, external: ['ioredis'] },
  cluster: { floor: 2, rooms: ['core', 'protocol', 'sessions'], node: true, external: [] },
  telemetry: { floor: 2, rooms: ['core', 'protocol', 'sessions'], node: true, external: [] },
  client: { floor: 2, rooms: ['core', 'protocol'], node: false, external: [] },
  ai: { floor: 2, rooms: ['core'], node: false, external: ['ai'] },
  testing: { floor: 2, rooms: everywhere, node: true, external: [] },
  'manager-factory': {
    floor: 2,
    rooms: ['core', 'protocol', 'sessions', 'adapters', 'telemetry'],
    node: true,
    external: [],
  },
  index: {
    floor: 2,
    rooms: ['core', 'protocol', 'sessions', 'telemetry'],
    node: false,
    external: [],
  },
};

/**
 * @typedef {{ file: string, line: number, kind: string, message: string }} Finding
 * @typedef {{ specifier: string, line: number }} Import
 * @typedef {{ code: string, message: string, filename: string, labels: { span: { line: number } }[] }} Diagnostic
 */

/**
 * @param {string} file absolute path
 * @returns {Import[]} every import, export-from, dynamic import and type import
 */
function importsOf(file) {
  const text = readFileSync(file, 'utf8');
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message ?? 'does not parse'}`);
  /** @type {{ specifier: string, at: number }[]} */
  const found = [
    ...module.staticImports.map((one) => ({
      specifier: one.moduleRequest.value,
      at: one.moduleRequest.start,
    })),
    ...module.staticExports.flatMap((one) =>
      one.entries.flatMap(({ moduleRequest }) =>
        moduleRequest ? [{ specifier: moduleRequest.value, at: moduleRequest.start }] : [],
      ),
    ),
    // Dynamic imports and `import('…')` types; the quotes keep computed ones out.
    ...[...text.matchAll(/\bimport\(\s*(['"`])([^'"`]+)\1/g)].map((match) => ({
      specifier: match[2] ?? '',
      at: match.index,
    })),
  ];
  const unique = new Map(found.map((one) => [`${one.specifier}\0${lineAt(text, one.at)}`, one]));
  return [...unique.values()].map(({ specifier, at }) => ({ specifier, line: lineAt(text, at) }));
}

/**
 * @param {string} text
 * @param {number} offset
 */
function lineAt(text, offset) {
  return text.slice(0, offset).split('\n').length;
}

/** @param {string} inSource path relative to a package's src folder */
function roomOf(inSource) {
  return (inSource.split('/')[0] ?? '').replace(/\.ts$/, '');
}

/**
 * @param {string} specifier
 * @returns {string} the package's name
 */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * @param {string} tree absolute path of the folder that holds packages/
 * @param {string} file absolute path
 * @param {Import} found
 * @returns {[kind: string, message: string] | undefined}
 */
function judgeLibraryImport(tree, file, { specifier }) {
  const source = path.join(tree, 'packages/holdfast/src');
  const from = roomOf(path.relative(source, file));
  const room = libraryRooms[from];
  if (room === undefined) return ['unknown-room', `${from} is no room of the library`];
  if (isBuiltin(specifier)) {
    return room.node ? undefined : ['node-import', `${from} must not import ${specifier}`];
  }
  if (!specifier.startsWith('.')) {
    if (room.external.includes(packageOf(specifier))) return undefined;
    return ['external-import', `${from} must not import the package ${specifier}`];
  }
  const inSource = path.relative(source, path.resolve(path.dirname(file), specifier));
  if (inSource.startsWith('..')) return ['deep-import', `${specifier} leaves the library`];
  const to = roomOf(inSource);
  if (to === from || room.rooms.includes(to)) return undefined;
  const isSibling = room.floor === 2 && libraryRooms[to]?.floor === 2;
  return [isSibling ? 'sibling-import' : 'upward-import', `${from} must not import ${to}`];
}

/** @returns {{ subPaths: Set<string>, dependencies: Set<string> }} */
function readGatewayDoors() {
  const library = /** @type {{ exports: Record<string, unknown> }} */ (
    readJson('packages/holdfast/package.json')
  );
  const gateway = /** @type {{ dependencies: Record<string, string> }} */ (
    readJson('packages/gateway/package.json')
  );
  const open = Object.entries(library.exports).filter(([, target]) => target !== null);
  return {
    subPaths: new Set(open.map(([subPath]) => `holdfast${subPath.slice(1)}`)),
    dependencies: new Set(Object.keys(gateway.dependencies)),
  };
}

const doors = readGatewayDoors();

/** Rooms of the gateway, from the bottom up: each may import those below it. */
const gatewayFloors = ['server', 'proof', 'cli'];

/**
 * @param {string} tree
 * @param {string} file
 * @param {Import} found
 * @returns {[kind: string, message: string] | undefined}
 */
function judgeGatewayImport(tree, file, { specifier }) {
  if (isBuiltin(specifier)) return undefined;
  const source = path.join(tree, 'packages/gateway/src');
  const from = roomOf(path.relative(source, file));
  if (packageOf(specifier) === 'holdfast') {
    // The proof kit breaks connections on purpose, with what tests break them with.
    const isOpen = specifier !== 'holdfast/testing' || from === 'proof';
    if (doors.subPaths.has(specifier) && isOpen) return undefined;
    return ['deep-import', `${specifier} is no public sub-path for use outside of tests`];
  }
  if (!specifier.startsWith('.')) {
    if (doors.dependencies.has(packageOf(specifier))) return undefined;
    return ['external-import', `${specifier} is no dependency of the gateway`];
  }
  const inSource = path.relative(source, path.resolve(path.dirname(file), specifier));
  if (inSource.startsWith('../package.json')) return undefined;
  if (inSource.startsWith('..')) return ['deep-import', `${specifier} leaves the gateway`];
  const to = roomOf(inSource);
  if (gatewayFloors.indexOf(to) <= gatewayFloors.indexOf(from)) return undefined;
  return ['upward-import', `${from} must not import ${to}`];
}

/**
 * @param {string} tree absolute path of the folder that holds packages/
 * @returns {Finding[]}
 */
function checkImports(tree) {
  const packages = /** @type {const} */ ([
    ['packages/holdfast/src', judgeLibraryImport],
    ['packages/gateway/src', judgeGatewayImport],
  ]);
  return packages.flatMap(([folder, judge]) =>
    filesBelow(path.join(tree, folder))
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        importsOf(file).flatMap((found) => {
          const verdict = judge(tree, file, found);
          if (verdict === undefined) return [];
          const [kind, message] = verdict;
          const name = path.relative(tree, file);
          return [{ file: name, line: found.line, kind: `floors(${kind})`, message }];
        }),
      ),
  );
}

/** @returns {Finding[]} what the linter says about the planted violations */
function lintFixture() {
  const { stdout, stderr } = spawnSync(
    path.join(root, 'node_modules/.bin/oxlint'),
    ['-c', 'scripts/fixtures/oxlint.json', '--format=json', fixture],
    { cwd: root, encoding: 'utf8' },
  );
  if (!stdout.startsWith('{')) throw new Error(`oxlint did not run: ${stdout}${stderr}`);
  const { diagnostics } = /** @type {{ diagnostics: Diagnostic[] }} */ (JSON.parse(stdout));
  return diagnostics.map(({ code, message, filename, labels }) => ({
    file: path.relative(fixture, path.resolve(root, filename)),
    line: labels[0]?.span.line ?? 0,
    kind: code,
    message,
  }));
}

/** @returns {Set<string>} `file:line kind` of everything planted */
function readPlanted() {
  /** @type {Set<string>} */
  const planted = new Set();
  for (const file of filesBelow(fixture).filter((name) => name.endsWith('.ts'))) {
    for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
      const match = /planted( below)?: (.+)$/.exec(line);
      if (!match) continue;
      const at = index + (match[1] === undefined ? 1 : 2);
      for (const kind of (match[2] ?? '').split(', ')) {
        planted.add(`${path.relative(fixture, file)}:${at} ${kind}`);
      }
    }
  }
  return planted;
}

/** @returns {string[]} what is wrong with the checkers themselves */
function checkFixture() {
  const planted = readPlanted();
  const found = new Set(
    [...checkImports(fixture), ...lintFixture()].map(
      ({ file, line, kind }) => `${file}:${line} ${kind}`,
    ),
  );
  return [
    ...[...planted].filter((one) => !found.has(one)).map((one) => `planted but not caught: ${one}`),
    ...[...found].filter((one) => !planted.has(one)).map((one) => `caught but not planted: ${one}`),
    ...(planted.size < 20 ? [`only ${planted.size} violations are planted`] : []),
  ];
}

const problems = [
  ...checkImports(root).map(
    ({ file, line, kind, message }) => `${file}:${line} ${kind} ${message}`,
  ),
  ...checkFixture(),
];
report(problems, `floors hold; all ${readPlanted().size} planted violations were caught`);
