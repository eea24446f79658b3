/**
 * Measures Holdfast against `ws` as it is, in the same run, and holds the figures to the goals.
 *
 * usage: npm run bench -- [--quick] [--rounds N] [--only NAME]…      status 1: a goal was missed, 2: wrong usage
 *
 * BENCH_NODE_FLAGS in the environment goes to the server processes, such as `--cpu-prof --cpu-prof-dir=…`.
 */
import { type Plan, readRequest } from './plan.ts';
import { isPinned } from './processes/worker.ts';
import { printTable, writeResults } from './report.ts';
import { judge, type Row } from './row.ts';
import { connects } from './suites/connects.ts';
import { echo } from './suites/echo.ts';
import { fanOut } from './suites/fan-out.ts';
import { expiry, openLatency } from './suites/inside.ts';
import { log } from './suites/log.ts';
import { memory } from './suites/memory.ts';
import { nodes } from './suites/nodes.ts';
import { pings } from './suites/pings.ts';
import { redis } from './suites/redis.ts';
import { resume } from './suites/resume.ts';
import { storm } from './suites/storm.ts';

const suites = [
  memory,
  echo,
  fanOut,
  connects,
  storm,
  pings,
  resume,
  openLatency,
  expiry,
  log,
  redis,
  nodes,
];
const request = readRequest(
  process.argv.slice(2),
  suites.map(({ name }) => name),
);
if (request.wants === 'run') process.exitCode = await measure(request.plan);
else if (request.wants === 'help') console.log(request.text);
else {
  console.error(request.text);
  process.exitCode = 2;
}

/** Runs the suites, tells what they found, and returns the exit status. */
async function measure(plan: Plan): Promise<number> {
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
  const tookS = Math.round((performance.now() - startedAt) / 1_000);
  console.log(printTable(rows));
  console.log(
    `\n${rows.length} rows, ${missed} goals missed, ${tookS} s. ${writeResults(rows, plan)}`,
  );
  return missed === 0 ? 0 : 1;
}
