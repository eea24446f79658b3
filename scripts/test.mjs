/**
 * Runs vitest on the named groups of tests. Unit tests import the source; the other groups also start
 * the built command, so what is stale is built first.
 *
 * usage: node scripts/test.mjs GROUP… [vitest arguments]      groups: unit, clients, process, long, release
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildIfStale } from './build.mjs';

const groups = new Set(['unit', 'clients', 'process', 'long', 'release']);
const given = process.argv.slice(2);
const chosen = given.filter((argument) => groups.has(argument));
const rest = given.filter((argument) => !groups.has(argument));

const isBuildNeeded = chosen.some((group) => group !== 'unit');
if (isBuildNeeded && !buildIfStale()) process.exit(1);

const require = createRequire(import.meta.url);
const vitest = path.join(path.dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', ...chosen.map((group) => `--project=${group}`), ...rest],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
