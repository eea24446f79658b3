/**
 * Builds the packages and `compare/`, then runs `compare/src/main.ts` from its compiled form.
 *
 * usage: node scripts/compare.mjs [arguments of compare/src/main.ts]
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
if (run([compiler, '-p', 'compare']) !== 0) process.exit(1);
process.exitCode = run(['compare/dist/main.js', ...process.argv.slice(2)]);
