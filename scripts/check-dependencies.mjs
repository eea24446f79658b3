/**
 * Holds the rules for what the project is built on: a lock file that covers everything, exact pins,
 * no package that needs an install script, nothing below a version with known holes, and no
 * dependency at all in the library.
 *
 * usage: node scripts/check-dependencies.mjs
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageFolders, privateFolders, readJson, report, root } from './workspace.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, link?: boolean, hasInstallScript?: boolean, optional?: boolean }} Locked
 * @typedef {{ name: string, dependencies?: Record<string, string>, devDependencies?: Record<string, string>, optionalDependencies?: Record<string, string>, scripts?: Record<string, string> }} Manifest
 */

/** Lowest version allowed, and why. */
const lowestVersions = [
  {
    name: 'ws',
    version: '8.23.0',
    why: 'below it a peer that pings and never reads takes memory without bound',
  },
];

/**
 * @param {string} left
 * @param {string} right
 * @returns {boolean} whether release `left` comes before `right`
 */
function isBefore(left, right) {
  return left.localeCompare(right, 'en', { numeric: true }) < 0;
}

/** @returns {Record<string, Locked>} */
function readLock() {
  const name = 'package-lock.json';
  if (!existsSync(path.join(root, name))) {
    throw new Error(`Expected \`${name}\` to exist. Run: npm install --ignore-scripts`);
  }
  return /** @type {{ packages: Record<string, Locked> }} */ (readJson(name)).packages;
}

/** @param {Record<string, Locked>} lock */
function checkLock(lock) {
  const third = Object.entries(lock).filter(
    ([place, { link }]) => place.includes('node_modules/') && link !== true,
  );
  return third.flatMap(([place, { version = '', integrity, hasInstallScript, optional }]) => {
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const floor = lowestVersions.find((one) => one.name === name);
    return [
      ...(integrity === undefined ? [`${place} is locked without its integrity`] : []),
      ...(hasInstallScript === true && optional !== true ? [`${place} has an install script`] : []),
      ...(floor && isBefore(version, floor.version)
        ? [`${place} ${version} is below ${floor.version}: ${floor.why}`]
        : []),
    ];
  });
}

/**
 * @param {string} file
 * @param {Record<string, Locked>} lock
 */
function checkPins(file, lock) {
  const manifest = /** @type {Manifest} */ (readJson(file));
  const pins = { ...manifest.dependencies, ...manifest.devDependencies };
  const folder = path.dirname(file);
  return Object.entries(pins).flatMap(([name, pin]) => {
    const own = lock[`${folder}/node_modules/${name}`];
    const locked = own ?? lock[`node_modules/${name}`];
    if (!/^\d+\.\d+\.\d+$/.test(pin)) return [`${file}: ${name} is not pinned exactly: ${pin}`];
    if (locked === undefined) return [`${file}: ${name} is not in the lock file`];
    if (locked.link !== true && locked.version !== pin) {
      return [`${file}: ${name} is pinned to ${pin} and locked to ${locked.version ?? 'nothing'}`];
    }
    return [];
  });
}

function checkLibrary() {
  const manifest = /** @type {Manifest} */ (readJson('packages/holdfast/package.json'));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  return names.map((name) => `the library must not depend on ${name}`);
}

/** @param {string} file */
function checkInstallScripts(file) {
  const { scripts = {} } = /** @type {Manifest} */ (readJson(file));
  return ['preinstall', 'install', 'postinstall', 'prepare']
    .filter((name) => name in scripts)
    .map((name) => `${file}: nothing may depend on the install script ${name}`);
}

const lock = readLock();
const folders = [...packageFolders, ...privateFolders];
const manifests = ['package.json', ...folders.map((folder) => `${folder}/package.json`)];
report(
  [
    ...checkLock(lock),
    ...manifests.flatMap((file) => checkPins(file, lock)),
    ...manifests.flatMap(checkInstallScripts),
    ...checkLibrary(),
  ],
  `${Object.keys(lock).length} locked packages: pinned, no install scripts, no known holes`,
);
