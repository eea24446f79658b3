import { readTexts } from './answer-fields.ts';
import { type ClientFlags, askGateway } from './gateway-client.ts';
import { plainText } from './plain-text.ts';
import { failureOfSilent } from './silent-nodes.ts';
import type { Terminal } from './terminal.ts';
import { userPath } from './user-argument.ts';
import { countOf, writeJson } from './wording.ts';

/** Closes a user's sessions, the living too, and prints which they were. @throws CommandFailure */
export async function closeSessions(
  user: string,
  flags: ClientFlags & { readonly exclude?: readonly string[]; readonly reason?: string },
  terminal: Terminal,
): Promise<void> {
  const { exclude, reason } = flags;
  const body = {
    ...(exclude !== undefined && { exclude }),
    ...(reason !== undefined && { reason }),
  };
  const path = `${userPath(user)}/sessions:close`;
  const answer = await askGateway(flags, { method: 'POST', path, body }, terminal);
  if (flags.json === true) {
    writeJson(answer, terminal);
    return;
  }
  const closed = readTexts(answer, 'closed');
  const { write } = terminal.out;
  write(`Closed ${countOf(closed.length, 'session')} of ${plainText(user, 64)}.\n`);
  for (const id of closed) write(`${plainText(id, 64)}\n`);
  const failure = failureOfSilent(answer);
  if (failure !== null) throw failure;
}
