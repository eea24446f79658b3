/**
 * Looks at the packages as their users get them: every entry of `exports` exists, imports and has
 * types; sealed paths stay sealed; the built library imports nothing but itself and Node; only what
 * belongs there is packed. (`npm run check:package` builds first and asks publint, attw and
 * size-limit too.)
 *
 * usage: node scripts/check-package.mjs
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { filesBelow, packageFolders, readJson, report, root } from './workspace.mjs';

/**
 * @typedef {{ types: string, default: string }} Entry
 * @typedef {{ exports: Record<string, string | null | Entry> }} LibraryManifest
 */

const library = path.join(root, 'packages/holdfast');
const { exports: entries } = /** @type {LibraryManifest} */ (
  readJson('packages/holdfast/package.json')
);

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {{ isOk: boolean, output: string }}
 */
function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { isOk: status === 0, output: `${stdout}${stderr}`.trim() };
}

/** @param {string} specifier */
function importByName(specifier) {
  const code = `import(${JSON.stringify(specifier)}).then((all) => console.log(Object.keys(all).join()))`;
  return run(process.execPath, ['--input-type=module', '--eval', code]);
}

/**
 * @param {string} subPath
 * @param {string | null | Entry} target
 */
function checkEntry(subPath, target) {
  if (typeof target === 'string') {
    return existsSync(path.join(library, target)) ? [] : [`exports ${subPath}: no ${target}`];
  }
  const specifier = `holdfast${subPath.slice(1)}`;
  if (target === null) {
    const { output } = importByName(specifier.replace('*', 'index.js'));
    return output.includes('ERR_PACKAGE_PATH_NOT_EXPORTED') ? [] : [`${specifier} is not sealed`];
  }
  const missing = [target.types, target.default]
    .filter((file) => !existsSync(path.join(library, file)))
    .map((file) => `exports ${subPath}: no ${file}`);
  if (missing.length > 0) return missing;
  const { isOk, output } = importByName(specifier);
  if (!isOk) return [`${specifier} does not import: ${output}`];
  const names = output.split(',');
  if (names.includes('default')) return [`${specifier} has a default export`];
  return output === '' ? [`${specifier} exports nothing`] : [];
}

/** @param {string} file */
function importsOf(file) {
  const { module } = parseSync(file, readFileSync(file, 'utf8'));
  return [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap((one) =>
      one.entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
    ),
  ];
}

/** @param {string} file */
function checkBuiltFile(file) {
  const name = path.relative(library, file);
  const isPure = /^dist\/(?:core|protocol)\//.test(name);
  // Optional peers: only whoever imports the adapter needs `ws`. Of `ai` there are types, and nothing at run time.
  const peer = name.startsWith('dist/adapters/')
    ? 'ws'
    : name.startsWith('dist/stores/redis/')
      ? 'ioredis'
      : /^dist\/ai\/.*\.d\.ts$/.test(name)
        ? 'ai'
        : '';
  return importsOf(file)
    .filter((specifier) => !specifier.startsWith('.'))
    .filter((specifier) => isPure || !isBuiltin(specifier) || !specifier.startsWith('node:'))
    .filter((specifier) => specifier !== peer)
    .map((specifier) => `${name} imports ${specifier}`);
}

/** @param {string} folder */
function checkPacked(folder) {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts', `./${folder}`],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) return [`npm pack ${folder}: ${stderr}`];
  const answer = /** @type {Record<string, { files: { path: string }[] }>} */ (JSON.parse(stdout));
  const packs = Object.values(answer);
  const allowed =
    /^(?:dist\/.*\.(?:js|d\.ts|js\.map|d\.ts\.map|lua)|bin\/.*\.js|operations\/.*\.yml|package\.json|LICENSE|README\.md)$/;
  const names = packs.flatMap(({ files }) => files.map((file) => file.path));
  return [
    ...names.filter((name) => !allowed.test(name)).map((name) => `${folder} would pack ${name}`),
    ...(names.includes('LICENSE') ? [] : [`${folder} would be packed without its LICENSE`]),
  ];
}

function checkCommand() {
  const file = path.join(root, 'packages/gateway/bin/holdfast.js');
  if (!existsSync(file)) return ['packages/gateway/bin/holdfast.js is missing'];
  const isExecutable = (statSync(file).mode & 0o111) !== 0;
  return isExecutable ? [] : ['packages/gateway/bin/holdfast.js is not executable'];
}

const built = filesBelow(path.join(library, 'dist')).filter((file) => /\.(?:js|d\.ts)$/.test(file));
report(
  [
    ...(built.length === 0 ? ['nothing is built'] : []),
    ...Object.entries(entries).flatMap(([subPath, target]) => checkEntry(subPath, target)),
    ...built.flatMap(checkBuiltFile),
    ...packageFolders.flatMap(checkPacked),
    ...checkCommand(),
  ],
  'the packages are as their users need them',
);
