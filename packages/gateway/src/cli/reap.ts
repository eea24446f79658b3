import { type AnswerFields, readCount, readObjects, readText } from './answer-fields.ts';
import { failed } from './command-failure.ts';
import { type ClientFlags, askGateway } from './gateway-client.ts';
import { failureOfSilent } from './silent-nodes.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { userPath } from './user-argument.ts';
import { countOf, writeJson } from './wording.ts';

/** Ends the dead sessions of a user, or of all, and prints which they were. @throws CommandFailure */
export async function reapSessions(
  user: string | undefined,
  flags: ClientFlags,
  terminal: Terminal,
): Promise<void> {
  const path = `${user === undefined ? '/api/v1' : userPath(user)}/sessions:reap`;
  const answer = await askGateway(flags, { method: 'POST', path }, terminal);
  if (flags.json === true) {
    writeJson(answer, terminal);
    return;
  }
  const reaped = readObjects(answer, 'reaped');
  const { write, colors } = terminal.out;
  write(
    `Reaped ${countOf(reaped.length, 'dead session')}, kept ${countOf(readCount(answer, 'kept'), 'living one')}.\n`,
  );
  if (reaped.length > 0) write(formatTable(columns, reaped, colors.dim));
  const unheard = failureOfSilent(answer);
  if (unheard !== null) throw unheard;
  const left = readObjects(answer, 'failed');
  if (left.length === 0) return;
  throw failed(
    `Expected to look at every session, could not at ${countOf(left.length, 'session')}. ` +
      "They are left as they are; the gateway's log and /healthz say why.",
  );
}

const columns = [
  { title: 'SESSION', text: (row: AnswerFields): string => readText(row, 'id') },
  { title: 'CAUSE', text: (row: AnswerFields): string => readText(row, 'cause') },
];
