import { shown } from '../server/config/config-error.ts';
import { wrongUsage } from './command-failure.ts';

/** Largest value of a limit, on sessions and on lists alike. */
const LARGEST = 1000;

/** The whole number given for a flag, 1 to 1000. @throws CommandFailure */
export function readWholeNumber(flag: string, text: string): number {
  const value = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
  if (value >= 1 && value <= LARGEST) return value;
  throw wrongUsage(
    `Expected \`--${flag}\` to be a whole number from 1 to ${LARGEST}, got ${shown(text)}.`,
  );
}
