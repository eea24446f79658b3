import type { Samples } from '../samples.ts';
import type { System } from '../systems/system.ts';
import type { Row } from './row.ts';

/** A system and what was measured of it. */
interface Column {
  readonly system: System;
  readonly samples: Samples;
}

/** The table in Markdown, its columns aligned for those who read it as text. */
export function printTable(rows: readonly Row[], measured: readonly Column[]): string {
  const cells = [
    ['', ...measured.map(({ system }) => system.title)],
    ...rows.map((row) => [row.title, ...measured.map(({ samples }) => row.tell(samples))]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const [head = [], ...body] = cells.map((line) => join(line, widths));
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [head, join(rule, widths), ...body].join('\n');
}

function join(line: readonly string[], widths: readonly number[]): string {
  const padded = line.map((cell, column) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
  );
  return `| ${padded.join(' | ')} |`;
}

/** What the rows mean, a line each; what one line says of several stands once. */
export function printMeanings(rows: readonly Row[]): string {
  return rows
    .filter(({ explains }) => explains !== null)
    .map(({ title, explains }) => `- *${title}*: ${explains}`)
    .join('\n');
}
