import { isEvidenceKey, smallestKeyBytes } from '../proof/evidence/seal.ts';
import { wrongUsage } from './command-failure.ts';
import { findGiven } from './given.ts';
import type { Terminal } from './terminal.ts';

/** The flag that every command which writes or reads evidence has. */
export const evidenceKeyFlag: { readonly flags: string; readonly description: string } = {
  flags: '--evidence-key <text>',
  description: `key that evidence is signed with, ${smallestKeyBytes} bytes or more [HOLDFAST_EVIDENCE_KEY]`,
};

/**
 * The key that evidence is signed with, from its flag or variable; undefined where there is none.
 *
 * @throws CommandFailure where it is too short
 */
export function readEvidenceKey(
  flags: { readonly evidenceKey?: string },
  terminal: Pick<Terminal, 'env'>,
): string | undefined {
  const given = findGiven('evidence-key', flags.evidenceKey, terminal);
  if (given === undefined || isEvidenceKey(given.value)) return given?.value;
  throw wrongUsage(
    `Expected ${given.from} to have ${smallestKeyBytes} bytes or more, got ${Buffer.byteLength(given.value)}. ` +
      '`openssl rand -hex 32` makes one.',
  );
}
