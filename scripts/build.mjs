/**
 * Builds the packages when their dist folder is missing or older than the source.
 *
 * Nothing here runs at install time: `npm install --ignore-scripts` is the norm, so `npm start`,
 * `npm test` and the `holdfast` command call this first. A build that is up to date costs one walk
 * over the source tree (some milliseconds), no compiler start.
 *
 * usage: node scripts/build.mjs [--force]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBelow, packageFolders, root } from './workspace.mjs';

const stampFile = path.join(root, 'packages/gateway/dist/.stamp');
const lockFile = path.join(root, 'node_modules/.cache/holdfast-build.lock');

const configurations = [
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.package.json',
  'packages/holdfast/tsconfig.pure.json',
  'packages/holdfast/tsconfig.json',
  'packages/gateway/tsconfig.json',
];

/** How long a build by another process is waited for before its lock is taken over, in ms. */
const lockPatienceMs = 120_000;

/** A digest over names, sizes and times: it also changes when a file is deleted or gets older. */
function sourceDigest() {
  const inputs = configurations.map((name) => path.join(root, name));
  for (const folder of packageFolders) inputs.push(...filesBelow(path.join(root, folder, 'src')));
  const digest = createHash('sha256');
  for (const file of inputs) {
    const stats = statSync(file);
    digest.update(`${path.relative(root, file)}\0${stats.size}\0${stats.mtimeMs}\n`);
  }
  return digest.digest('hex');
}

/**
 * @param {string} folder a package's path relative to the root
 * @returns {boolean} whether some source file has no output
 */
function isOutputMissing(folder) {
  const source = path.join(root, folder, 'src');
  const dist = path.join(root, folder, 'dist');
  return filesBelow(source)
    .filter((file) => !file.endsWith('.d.ts'))
    .some(
      (file) => !existsSync(path.join(dist, path.relative(source, file).replace(/\.ts$/, '.js'))),
    );
}

/** Scripts of Redis are read beside the code that runs them; the compiler leaves them where they are. */
function copyScripts() {
  for (const folder of packageFolders) {
    const source = path.join(root, folder, 'src');
    for (const file of filesBelow(source).filter((name) => name.endsWith('.lua'))) {
      const copy = path.join(root, folder, 'dist', path.relative(source, file));
      mkdirSync(path.dirname(copy), { recursive: true });
      copyFileSync(file, copy);
    }
  }
}

/** @param {string} digest */
function isFresh(digest) {
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== digest) return false;
  return !packageFolders.some(isOutputMissing);
}

/** The compiler leaves the output of a deleted source file behind; it must not be run or packed. */
function removeOrphans() {
  for (const folder of packageFolders) {
    const dist = path.join(root, folder, 'dist');
    for (const file of filesBelow(dist)) {
      const name = path.relative(dist, file);
      const match = /^(.*)\.(?:js|d\.ts)(?:\.map)?$/.exec(name);
      const source = match ? `${match[1]}.ts` : name.endsWith('.lua') ? name : null;
      if (source !== null && !existsSync(path.join(root, folder, 'src', source))) rmSync(file);
    }
  }
}

function compile() {
  const require = createRequire(import.meta.url);
  const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  // All of it each time: the compiler's own notes miss removed output and a changed base configuration.
  const { status } = spawnSync(process.execPath, [compiler, '-b', '--force', ...packageFolders], {
    cwd: root,
    // The standard output belongs to the command that asked for the build.
    stdio: ['ignore', 2, 2],
  });
  return status === 0;
}

/** @param {number} ms */
function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, it is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isLockAbandoned() {
  try {
    const holder = Number(readFileSync(lockFile, 'utf8'));
    // Empty: its holder is about to write its id.
    return holder > 0 && !isRunning(holder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Two commands started at once must not compile into one folder at once. */
function takeLock() {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  const giveUpAt = performance.now() + lockPatienceMs;
  for (;;) {
    try {
      const handle = openSync(lockFile, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      if (isLockAbandoned() || performance.now() > giveUpAt) rmSync(lockFile, { force: true });
      else pause(50);
    }
  }
}

/**
 * Brings `packages/*` `/dist` up to date with the source.
 *
 * @param {{ force?: boolean }} [options]
 * @returns {boolean} false when the source does not compile; the compiler has said why on stderr
 */
export function buildIfStale(options = {}) {
  if (!options.force && isFresh(sourceDigest())) return true;
  takeLock();
  try {
    const digest = sourceDigest();
    if (!options.force && isFresh(digest)) return true;
    rmSync(stampFile, { force: true });
    if (!compile()) return false;
    removeOrphans();
    copyScripts();
    mkdirSync(path.dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, digest);
    return true;
  } finally {
    rmSync(lockFile, { force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = buildIfStale({ force: process.argv.includes('--force') }) ? 0 : 1;
}
