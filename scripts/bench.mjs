/**
 * Builds the packages and `bench/`, then runs one of its programs from its compiled form.
 *
 * usage: node scripts/bench.mjs PROGRAM [its arguments]      programs: main, model/main
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildIfStale } from './build.mjs';
import { root } from './workspace.mjs';

const require = createRequire(import.meta.url);
const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');

/** @param {string[]} args */
function run(args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

if (!buildIfStale()) process.exit(1);
if (run([compiler, '-p', 'bench']) !== 0) process.exit(1);
const [program = 'main', ...args] = process.argv.slice(2);
process.exitCode = run(['--expose-gc', `bench/dist/${program}.js`, ...args]);
