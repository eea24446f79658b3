import { shown } from '../../server/config/config-error.ts';
import { findNearestName } from '../../server/config/nearest-name.ts';
import { formatDuration, parseDuration } from '../../server/config/units.ts';
import { type Policy, type PolicyRow, policyRows, seedPolicy } from './policy.ts';

/** A policy, or everything that is wrong with what was given for one. */
export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What the kinds of values are called in a complaint. */
const wordings: Readonly<Record<PolicyRow['kind'], string>> = {
  duration: 'a duration such as 24h or 100ms',
  count: 'a whole number, 0 or more',
  percent: 'a number from 0 to 100',
  names: 'a list of texts',
};

/** Reads the top level of a policy file over the numbers of the seed document: a key left out keeps its default. */
export function readPolicy(entries: ReadonlyMap<string, unknown>): PolicyReading {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, given] of entries) {
    const row = policyRows.find((one) => one.key === key);
    if (row === undefined) problems.push(unknownKey(key));
    else {
      const value = parsers[row.kind](given);
      if (value === undefined) problems.push(unfit(row, given));
      else values[row.field] = value;
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, policy: { ...seedPolicy, ...(values as Partial<Policy>) } };
}

/** A value of a policy as its file would have it. */
export function formatPolicyValue({ kind, field }: PolicyRow, policy: Policy): string {
  const value = policy[field];
  if (kind === 'duration') return formatDuration(Number(value));
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

const parsers: Readonly<Record<PolicyRow['kind'], (given: unknown) => unknown>> = {
  duration: (given) => parseDuration(String(given)),
  count: (given) => (Number.isSafeInteger(given) && Number(given) >= 0 ? given : undefined),
  percent: (given) => (typeof given === 'number' && given >= 0 && given <= 100 ? given : undefined),
  names: (given) =>
    Array.isArray(given) && given.every((one) => typeof one === 'string') ? given : undefined,
};

function unknownKey(key: string): string {
  const nearest = findNearestName(
    key,
    policyRows.map((row) => row.key),
  );
  return `Expected every key of a policy to be a known one, got ${shown(key)}. The nearest is \`${nearest ?? ''}\`.`;
}

function unfit({ key, kind }: PolicyRow, given: unknown): string {
  const isPlain = typeof given === 'string' || typeof given === 'number';
  const got = isPlain ? shown(String(given)) : 'something else';
  return `Expected \`${key}\` to be ${wordings[kind]}, got ${got}.`;
}
