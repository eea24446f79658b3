import { formatAge } from './age.ts';
import { type AnswerFields, readCount, readObjects, readText } from './answer-fields.ts';
import { type ClientFlags, askGateway } from './gateway-client.ts';
import { type Column, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { countOf, writeJson } from './wording.ts';

/** Prints the nodes that share their users. @throws CommandFailure */
export async function printNodes(flags: ClientFlags, terminal: Terminal): Promise<void> {
  const path = '/api/v1/nodes?limit=1000';
  const answer = await askGateway(flags, { method: 'GET', path }, terminal);
  if (flags.json === true) {
    writeJson(answer, terminal);
    return;
  }
  const { write, colors } = terminal.out;
  write(`${colors.bold(countOf(readCount(answer, 'count'), 'node'))}\n`);
  write(formatTable(columns, readObjects(answer, 'nodes'), colors.dim));
}

const columns: readonly Column<AnswerFields>[] = [
  { title: 'NODE', text: (row) => readText(row, 'name') },
  { title: 'STATE', text: (row) => readText(row, 'state') },
  { title: 'SESSIONS', isNumber: true, text: (row) => numberOr(row, 'sessions', String) },
  { title: 'UP', isNumber: true, text: (row) => numberOr(row, 'startedAt', ageSince) },
  { title: 'LEASE', isNumber: true, text: (row) => numberOr(row, 'leaseMs', formatAge) },
  { title: 'URL', text: (row) => readText(row, 'url') },
];

function numberOr(row: AnswerFields, field: string, format: (value: number) => string): string {
  const value = row[field];
  return typeof value === 'number' ? format(value) : '-';
}

function ageSince(at: number): string {
  return formatAge(Date.now() - at);
}
