/**
 * Measures Holdfast against `ws` as it is, in the same run, and holds the figures to the goals.
 *
 * usage: npm run bench -- [--quick] [--rounds N] [--only NAME]…
 *
 * BENCH_NODE_FLAGS in the environment goes to the server processes, such as `--cpu-prof --cpu-prof-dir=…`.
 */
import { readPlan } from './plan.ts';
import { isPinned } from './processes/worker.ts';
import { printTable, writeResults } from './report.ts';
import { judge, type Row } from './row.ts';
import { connects } from './suites/connects.ts';
import { echo } from './suites/echo.ts';
import { fanOut } from './suites/fan-out.ts';
import { expiry, openLatency } from './suites/inside.ts';
import { log } from './suites/log.ts';
import { memory } from './suites/memory.ts';
import { pings } from './suites/pings.ts';
import { resume } from './suites/resume.ts';
import { storm } from './suites/storm.ts';

const suites = [memory, echo, fanOut, connects, storm, pings, resume, openLatency, expiry, log];
const plan = readPlan(
  process.argv.slice(2),
  suites.map(({ name }) => name),
);
if (!isPinned) console.error('Processes are not pinned to cores: expect more noise.');

const rows: Row[] = [];
const startedAt = performance.now();
for (const suite of suites) {
  if (plan.only.length > 0 && !plan.only.includes(suite.name)) continue;
  const suiteStartedAt = performance.now();
  rows.push(...(await suite.run(plan)));
  console.error(`${suite.name}: ${Math.round((performance.now() - suiteStartedAt) / 1_000)} s`);
}

const missed = rows.filter((row) => judge(row) === 'FAIL').length;
console.log(printTable(rows));
console.log(
  `\n${rows.length} rows, ${missed} goals missed, ${Math.round((performance.now() - startedAt) / 1_000)} s. ${writeResults(rows, plan)}`,
);
process.exitCode = missed === 0 ? 0 : 1;
