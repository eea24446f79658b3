import { randomInt } from 'node:crypto';
import { shown } from '../server/config/config-error.ts';
import { wrongUsage } from './command-failure.ts';

const largestSeed = 2 ** 32 - 1;

/** The seed given for a run, or one that is drawn. @throws CommandFailure */
export function readSeed(given: string | undefined): number {
  if (given === undefined) return randomInt(1, largestSeed);
  const seed = /^\d{1,10}$/.test(given.trim()) ? Number(given) : Number.NaN;
  if (seed <= largestSeed) return seed;
  throw wrongUsage(
    `Expected \`--seed\` to be a whole number from 0 to ${largestSeed}, got ${shown(given)}. A run tells the one it had.`,
  );
}
