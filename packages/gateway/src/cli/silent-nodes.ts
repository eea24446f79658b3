import type { AnswerFields } from './answer-fields.ts';
import { type CommandFailure, failed } from './command-failure.ts';
import { plainText } from './plain-text.ts';
import { countOf } from './wording.ts';

const WIDEST_NAME = 64;

/** What to say of nodes that have not answered; null where all have. A gateway of an earlier version tells of none. */
export function describeSilent({ silent }: AnswerFields): string | null {
  if (!Array.isArray(silent) || silent.length === 0) return null;
  const names = silent.map((name) => plainText(String(name), WIDEST_NAME)).join(', ');
  return `${countOf(silent.length, 'node')} did not answer: ${names}.`;
}

/** The failure of an order that has not reached every node; null where it has. */
export function failureOfSilent(answer: AnswerFields): CommandFailure | null {
  const text = describeSilent(answer);
  if (text === null) return null;
  return failed(
    `Expected every node to carry it out, but ${text} Once a node is gone its sessions are, too: \`holdfast nodes\` tells. Then say it again.`,
  );
}
