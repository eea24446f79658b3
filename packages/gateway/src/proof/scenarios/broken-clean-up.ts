import { fileURLToPath } from 'node:url';
import type { Surroundings } from '../processes/surroundings.ts';

const breaker = fileURLToPath(
  new URL('../../../dist/proof/processes/break-clean-up.js', import.meta.url),
);
/** An interval no other timer has. */
const brokenIntervalMs = 417_000;

/** Surroundings in which setting the timer of the background clean-up throws this often. */
export function breakCleanUp(times: number): Surroundings {
  return {
    variables: {
      NODE_OPTIONS: `--import=${breaker}`,
      PROOF_BREAK_MS: String(brokenIntervalMs),
      PROOF_BREAK_TIMES: String(times),
    },
  };
}

/** The flags of a gateway whose clean-up is to be broken. */
export const brokenFlags: readonly string[] = ['--cleanup-interval', String(brokenIntervalMs)];
