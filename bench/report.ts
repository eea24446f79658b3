import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Plan } from './plan.ts';
import { isPinned } from './processes/worker.ts';
import { judge, type Row } from './row.ts';
import { told } from './statistics.ts';

const header = ['suite', 'what', 'figure', 'goal', '', 'detail'];

/** All rows as one table of text. */
export function printTable(rows: readonly Row[]): string {
  const cells = [header, ...rows.map(cellsOf)];
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 2 ? cell.padStart(widths[2] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

function cellsOf(row: Row): string[] {
  const { goal } = row;
  const asked =
    goal === undefined
      ? ''
      : `${goal.relation === 'at most' ? '≤' : '≥'} ${goal.value} (${goal.number})`;
  return [
    row.suite,
    row.what,
    `${told(row.figure)} ${row.unit}`.trimEnd(),
    asked,
    judge(row),
    row.detail,
  ];
}

/** Writes the rows and where they come from below `bench/results`; returns the path. */
export function writeResults(rows: readonly Row[], plan: Plan): string {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = fileURLToPath(new URL(`${at.replaceAll(':', '-')}.json`, folder));
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    isPinned,
  };
  const judged = rows.map((row) => ({ ...row, verdict: judge(row) }));
  writeFileSync(file, `${JSON.stringify({ at, machine, plan, rows: judged }, null, 2)}\n`);
  return file;
}
