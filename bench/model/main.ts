/**
 * What a cluster asks of Redis: the formulas of docs/sizing.md beside a simulation that counts every act, and, with
 * `--measure`, what each act costs a real Redis.
 *
 * usage: npm run model -- --help
 */
import { logBounds, measuredCosts, measuredMemory } from './costs.ts';
import { readModelRequest } from './plan.ts';
import { predict } from './predict.ts';
import {
  pricesTable,
  secondsTable,
  sizesTable,
  steadyTable,
  trafficTable,
  usersOfOneCore,
} from './report.ts';
import { type Incident, type Simulated, simulate } from './simulate.ts';
import { figure } from './table.ts';
import type { Workload } from './workload.ts';

const diesAt = 5;
const drainsAt = 20;
const drainSeconds = 30;

const request = readModelRequest(process.argv.slice(2));
if (request.wants === 'model') tellModel(request.workload, request.seed, request.minutes * 60);
else if (request.wants === 'measure') {
  const { measure } = await import('./measure/measure.ts');
  process.exitCode = await measure(request.acts);
} else if (request.wants === 'help') console.log(request.text);
else {
  console.error(request.text);
  process.exitCode = 2;
}

function tellModel(workload: Workload, seed: number, seconds: number): void {
  const { users, nodes } = workload;
  console.log(`${figure(users)} users on ${nodes} nodes, ${seconds} s, seed ${seed}.\n`);
  const predicted = predict(workload);
  const quiet = play(workload, { seed, seconds, incidents: [] });
  const counted = quiet.tally.meanOf(0, seconds);
  const costs = measuredCosts;
  console.log(`${pricesTable(costs)}\n`);
  console.log(steadyTable(workload, { predicted, counted, costs }));
  console.log(`\n${trafficTable(workload, { predicted, simulated: quiet, costs })}`);
  const sizes = { memory: measuredMemory, bounds: logBounds };
  console.log(`\n${sizesTable(workload, costs, sizes)}`);
  console.log(
    `\nOne core of the store is full at ${figure(usersOfOneCore(workload, costs))} users.`,
  );
  tellIncidents(workload, seed);
}

function tellIncidents(workload: Workload, seed: number): void {
  const incidents: readonly Incident[] = [
    { kind: 'dies', atSecond: diesAt, node: 0 },
    { kind: 'drains', atSecond: drainsAt, node: 1, drainSeconds },
  ];
  const run = play(workload, { seed, seconds: drainsAt + drainSeconds + 10, incidents });
  const about = (from: number, to: number): string =>
    secondsTable(run, workload, { costs: measuredCosts, from, to });
  console.log(`\nA node dies at second ${diesAt}; its clients come back within half a second:`);
  console.log(about(diesAt - 1, diesAt + 7));
  console.log(`\nA node drains from second ${drainsAt} on, for ${drainSeconds} s:`);
  console.log(about(drainsAt - 1, drainsAt + 5));
}

/** As many time constants as it takes; and as long as most users are away at a time. */
function play(
  workload: Workload,
  run: { readonly seed: number; readonly seconds: number; readonly incidents: readonly Incident[] },
): Simulated {
  const settleSeconds = Math.ceil(7 * workload.visitSeconds);
  const warmUpSeconds = Math.ceil(3 / workload.visitRate);
  return simulate(workload, { ...run, settleSeconds, warmUpSeconds });
}
