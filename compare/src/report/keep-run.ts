import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { findRunFacts } from '../../../packages/gateway/dist/proof/evidence/run-facts.js';
import { writeEvidence } from '../../../packages/gateway/dist/proof/evidence/write-evidence.js';
import type { PlayedScenario } from '../../../packages/gateway/dist/proof/scenarios/outcome.js';
import type { Plan } from '../plan.ts';
import type { Samples } from '../samples.ts';
import { printReasons, printScenarios } from '../scenarios/print-scenarios.ts';
import type { System } from '../systems/system.ts';
import { printMeanings, printTable } from './print-table.ts';
import type { Row } from './row.ts';
import { writeBetweenMarks } from './write-between-marks.ts';

/** A system and all that came of it. */
export interface Measured {
  readonly system: System;
  readonly samples: Samples;
  readonly played: PlayedScenario[];
}

/** A run that is over. */
export interface Run {
  readonly plan: Plan;
  readonly startedAt: Date;
  /** Of the machine, over the minute before: far above 0, and all times are longer than they would be alone. */
  readonly loadBefore: number;
  readonly measured: readonly Measured[];
  /** Names of the scenarios that were to be played. */
  readonly planned: readonly string[];
  readonly rows: readonly Row[];
  /** After how long an owner was called locked out. */
  readonly lockOutCapMs: number;
}

/** When, on which machine, and by which command: what a table must say of itself. */
export function describeRun({ plan, startedAt, loadBefore }: Run): string {
  const [{ model } = { model: 'unknown processor' }] = cpus();
  const machine = `${cpus().length} × ${model.trim()}, Node ${process.version}`;
  const command = `npm run compare${plan.isQuick ? ' -- --quick' : ''}`;
  const load = `load average ${loadBefore.toFixed(1)} before it began`;
  return `Measured ${startedAt.toISOString().slice(0, 10)} on ${machine}, ${load}, ${plan.rounds} rounds, by \`${command}\`.`;
}

/** Keeps the evidence of each system and the tables, below the folder of the plan. */
export async function keepRun(run: Run, root: string): Promise<void> {
  const { plan, measured, rows } = run;
  await mkdir(plan.out, { recursive: true });
  await writeAllEvidence(run, root);
  const told = describeRun(run);
  const table = `${told}\n\n${printTable(rows, measured)}\n\n${printMeanings(rows)}`;
  const scenarios = `${told}\n\n${printScenarios(measured)}\n\n${printReasons(measured)}`;
  await writeFile(path.join(plan.out, 'table.md'), `${table}\n`);
  await writeFile(path.join(plan.out, 'scenarios.md'), `${scenarios}\n`);
  if (!plan.writesDocuments) return;
  await writeBetweenMarks(path.join(root, 'README.md'), table);
  await writeBetweenMarks(path.join(root, 'docs/comparison.md'), scenarios);
}

async function writeAllEvidence(run: Run, root: string): Promise<void> {
  const { plan, startedAt, loadBefore, measured, planned, lockOutCapMs } = run;
  const { rounds, seed, isQuick, out } = plan;
  const facts = await findRunFacts(root);
  for (const { system, samples, played } of measured) {
    await writeEvidence(path.join(out, system.name), {
      format: 'holdfast-evidence/1',
      kind: 'compare',
      ...facts,
      startedAt: startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      isComplete: true,
      target: { name: system.title, url: null, environment: 'production' },
      settings: { rounds, seed, isQuick, lockOutCapMs, loadBefore },
      planned,
      scenarios: played,
      samples: samples.toRaw(),
      series: [],
      marks: [],
    });
  }
}
