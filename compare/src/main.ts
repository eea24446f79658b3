/**
 * Holds Holdfast against what it replaces: the origin's algorithm, the home-made manager in two settings, Socket.IO. The
 * same clients, the same faults, each system in a process of its own that is started anew for each round.
 *
 * usage: npm run compare -- [--quick] [--rounds N] [--only SYSTEM]… [--seed N] [--out DIR] [--write]
 */
import { loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { figures, lockOutCapMs } from './measures/figures.ts';
import { measures } from './measures/measures.ts';
import { readPlan } from './plan.ts';
import { describeRun, keepRun, type Measured, type Run } from './report/keep-run.ts';
import { printTable } from './report/print-table.ts';
import { rowsFor } from './report/rows.ts';
import { runMeasures } from './run-measure.ts';
import { Samples } from './samples.ts';
import { chooseScenarios } from './scenarios/choose-scenarios.ts';
import { playScenarios } from './scenarios/play-scenarios.ts';
import { systems } from './systems/systems.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const startedAt = new Date();
const [loadBefore = 0] = loadavg();
const runStartedAtMs = performance.now();
const stamp = startedAt.toISOString().replaceAll(':', '-');
const plan = readPlan(process.argv.slice(2), path.join(root, 'compare/results', stamp));
const scenarios = chooseScenarios(plan.isQuick);
const measured: readonly Measured[] = systems
  .filter(({ name }) => plan.only.length === 0 || plan.only.includes(name))
  .map((system) => ({ system, samples: new Samples(), played: [] }));

for (let round = 0; round < plan.rounds; round += 1) {
  await runRound(round);
  tell(`round ${round + 1} of ${plan.rounds}`);
}
await Promise.all(measured.map(playAll));
tell('scenarios');

const capMs = plan.isQuick ? lockOutCapMs.quick : lockOutCapMs.full;
const rows = rowsFor(capMs);
const planned = scenarios.map(({ name }) => name);
const run: Run = { plan, startedAt, loadBefore, measured, planned, rows, lockOutCapMs: capMs };
await keepRun(run, root);
console.log(printTable(rows, measured));
console.log(`\n${describeRun(run)} Evidence: ${path.relative(process.cwd(), plan.out)}`);

/** What mostly waits is taken of all systems at once; what keeps the machine busy of one at a time. */
async function runRound(round: number): Promise<void> {
  const waiting = measures.filter(({ isBusy }) => !isBusy);
  await Promise.all(
    measured.map(({ system, samples }) => runMeasures(system, waiting, { plan, round, samples })),
  );
  for (const measure of measures.filter(({ isBusy }) => isBusy)) {
    for (const { system, samples } of measured) {
      await runMeasures(system, [measure], { plan, round, samples });
    }
  }
}

async function playAll({ system, samples, played }: Measured): Promise<void> {
  const { seed } = plan;
  played.push(...(await playScenarios(system, { scenarios, seed, runStartedAtMs })));
  for (const { verdict } of played) {
    if (verdict.outcome === 'not-applicable') continue;
    samples.keep(figures.scenarioFailed, verdict.outcome === 'failed' ? 1 : 0);
  }
}

function tell(what: string): void {
  console.error(`${what}: ${Math.round((performance.now() - runStartedAtMs) / 1_000)} s`);
}
