import { formatAge } from './age.ts';
import { type AnswerFields, readCount, readObjects, readText } from './answer-fields.ts';
import { type ClientFlags, askGateway } from './gateway-client.ts';
import { plainText } from './plain-text.ts';
import { describeSilent } from './silent-nodes.ts';
import { type Column, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { userPath } from './user-argument.ts';
import { readWholeNumber } from './whole-number.ts';
import { countOf, writeJson } from './wording.ts';

/** Prints the sessions of a user, or of all. @throws CommandFailure */
export async function printSessions(
  user: string | undefined,
  flags: ClientFlags & { readonly limit?: string },
  terminal: Terminal,
): Promise<void> {
  const query = flags.limit === undefined ? '' : `?limit=${readWholeNumber('limit', flags.limit)}`;
  const path = `${user === undefined ? '/api/v1' : userPath(user)}/sessions${query}`;
  const answer = await askGateway(flags, { method: 'GET', path }, terminal);
  if (flags.json === true) {
    writeJson(answer, terminal);
    return;
  }
  const sessions = readObjects(answer, 'sessions');
  const { write, colors } = terminal.out;
  write(`${colors.bold(headline(user, answer))}\n`);
  if (sessions.length > 0) {
    const owner = user === undefined ? [userColumn] : [];
    const place = nodesOf(sessions).size > 1 ? [nodeColumn] : [];
    write(formatTable([...owner, ...place, ...sessionColumns], sessions, colors.dim));
  }
  const rest = readCount(answer, 'count') - sessions.length;
  if (rest > 0)
    write(`${countOf(rest, 'more session')} not shown: \`--limit\` shows up to 1000.\n`);
  const silent = describeSilent(answer);
  if (silent !== null) write(`${silent} Its sessions are missing here.\n`);
}

function headline(user: string | undefined, answer: AnswerFields): string {
  const count = readCount(answer, 'count');
  if (user === undefined) {
    const nodes = nodesOf(readObjects(answer, 'sessions')).size;
    return `${countOf(count, 'session')}${nodes > 1 ? ` on ${countOf(nodes, 'node')}` : ''}`;
  }
  const waiting = readCount(answer, 'waiting');
  const queue = waiting === 0 ? '' : `, ${waiting} waiting for a slot`;
  return `${plainText(user, 64)}: ${count} of ${readCount(answer, 'limit')} sessions${queue}`;
}

function nodesOf(sessions: readonly AnswerFields[]): ReadonlySet<string> {
  return new Set(sessions.map((session) => readText(session, 'node')));
}

const nodeColumn: Column<AnswerFields> = { title: 'NODE', text: (row) => readText(row, 'node') };

const userColumn: Column<AnswerFields> = { title: 'USER', text: (row) => readText(row, 'user') };

const sessionColumns: readonly Column<AnswerFields>[] = [
  { title: 'SESSION', text: (row) => readText(row, 'id') },
  { title: 'STATE', text: (row) => readText(row, 'state') },
  { title: 'DEVICE', text: (row) => readText(row, 'device') },
  numberColumn('OPEN', 'openedAt', (at) => formatAge(Date.now() - at)),
  numberColumn('QUIET', 'lastInboundMs', formatAge),
  numberColumn('PING OUT', 'pingOutMs', formatAge),
  numberColumn('UNCONFIRMED', 'unconfirmedBytes', formatBytes),
  numberColumn('OFFSET', 'offset', String),
  numberColumn('ACKED', 'acked', String),
];

function numberColumn(
  title: string,
  field: string,
  format: (value: number) => string,
): Column<AnswerFields> {
  return {
    title,
    isNumber: true,
    text: (row) => {
      const value = row[field];
      return typeof value === 'number' ? format(value) : '-';
    },
  };
}

function formatBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes}b` : `${(bytes / 1024).toFixed(1)}kb`;
}
