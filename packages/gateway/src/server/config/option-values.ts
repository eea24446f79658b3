import { isAddressOrNetwork } from '../address.ts';
import { normalizeOrigin } from '../origin.ts';
import { shown } from './config-error.ts';
import { flagOf } from './option-names.ts';
import type { OptionRow } from './option-row.ts';
import { isRedisAddress, REDIS_ADDRESS_FORM } from './redis-address.ts';
import {
  formatDuration,
  formatSize,
  parseDuration,
  parsePercent,
  parseRate,
  parseSize,
  parseWholeRate,
} from './units.ts';

/** A value read, or what was expected in its place. */
export type ParsedOption =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/** The text of an option, and where it was given, for the message. */
export interface GivenText {
  readonly text: string;
  readonly label: string;
}

/** 596 hours: timers of Node count to 2^31 - 1 ms and fire at once beyond. */
const LONGEST_DURATION_MS = 2_145_600_000;

const NAME = 'a name of 1 to 64 letters, digits, dashes and underscores';
const PERCENT = 'a percentage from 0 to 100 with at most two decimals, such as 10 or 0.5';

/** Reads one option according to its row. The message repeats no secret and no address with one. */
export function parseOption(row: OptionRow, { text, label }: GivenText): ParsedOption {
  switch (row.kind) {
    case 'integer':
      return inRange(
        row,
        { text, label },
        /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined,
      );
    case 'percent':
      return orExpected(parsePercent(text), PERCENT, { text, label });
    case 'duration':
      return inRange(row, { text, label }, parseDuration(text));
    case 'size':
      return inRange(row, { text, label }, parseSize(text));
    case 'rate':
      return orExpected(parseRate(text, row.burstFactor), 'a rate such as 50/s', { text, label });
    case 'whole-rate':
      return inRange(row, { text, label }, parseWholeRate(text));
    case 'boolean':
      return orExpected(parseBoolean(text), 'true or false', { text, label });
    case 'choice':
      return orExpected(findChoice(row, text), listChoices(row), { text, label });
    case 'origins':
      return parseOrigins({ text, label });
    case 'addresses':
      return parseAddresses({ text, label });
    case 'url':
      return parseKeyUrl({ text, label });
    case 'http-url':
      return parseHttpUrl({ text, label });
    case 'redis-url':
      return parseRedisUrl({ text, label });
    case 'name':
      return orExpected(findName(text), NAME, { text, label });
    case 'secret':
    case 'text':
    case 'environment':
      return parseText(row, { text, label });
  }
}

function parseText(row: OptionRow, { text, label }: GivenText): ParsedOption {
  if (row.kind !== 'text' || text.trim() !== '') return { ok: true, value: text };
  return { ok: false, problem: `Expected ${label} to be text, got nothing. Leave it out instead.` };
}

function inRange(row: OptionRow, given: GivenText, value: number | undefined): ParsedOption {
  const min = row.min ?? 1;
  const max = row.max ?? (row.kind === 'duration' ? LONGEST_DURATION_MS : Number.MAX_SAFE_INTEGER);
  if (value !== undefined && value >= min && value <= max) return { ok: true, value };
  return orExpected(undefined, describeRange(row, min, value !== undefined && value > max), given);
}

function describeRange(row: OptionRow, min: number, isTooLarge: boolean): string {
  if (row.kind === 'integer') {
    return row.max === undefined
      ? `a whole number of at least ${min}`
      : `a whole number from ${min} to ${row.max}`;
  }
  if (row.kind === 'whole-rate') {
    const most = row.max === undefined ? '' : ` to ${row.max}/s`;
    return `a rate in whole numbers from ${min}/s${most}, such as 50/s`;
  }
  if (row.kind === 'size') {
    const most = row.max === undefined ? '' : ` of at most ${formatSize(row.max)}`;
    return isTooLarge ? `a size${most}` : 'a size such as 64kb';
  }
  return isTooLarge
    ? `a duration of at most ${formatDuration(LONGEST_DURATION_MS)}`
    : 'a duration such as 25s';
}

function orExpected(value: unknown, expected: string, given: GivenText): ParsedOption {
  if (value !== undefined) return { ok: true, value };
  return {
    ok: false,
    problem: `Expected ${given.label} to be ${expected}, got ${shown(given.text)}.`,
  };
}

function parseBoolean(text: string): boolean | undefined {
  const given = text.trim().toLowerCase();
  if (given === 'true' || given === '1') return true;
  return given === 'false' || given === '0' ? false : undefined;
}

function findChoice(row: OptionRow, text: string): string | undefined {
  return row.choices?.find((choice) => choice === text.trim().toLowerCase());
}

function listChoices(row: OptionRow): string {
  const choices = row.choices ?? [];
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? flagOf(row)}`;
}

function findName(text: string): string | undefined {
  return /^[\w-]{1,64}$/.test(text.trim()) ? text.trim() : undefined;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function parseOrigins({ text, label }: GivenText): ParsedOption {
  const entries = splitList(text);
  if (entries.length === 1 && entries[0] === '*') return { ok: true, value: ['*'] };
  const origins: string[] = [];
  for (const entry of entries) {
    const origin = normalizeOrigin(entry);
    if (origin === undefined) {
      const expected = 'a list of origins such as https://app.example.com, or * alone';
      return orExpected(undefined, expected, { text: entry, label });
    }
    origins.push(origin);
  }
  return { ok: true, value: origins };
}

function parseAddresses({ text, label }: GivenText): ParsedOption {
  const entries = splitList(text);
  const wrong = entries.find((entry) => !isAddressOrNetwork(entry));
  if (wrong === undefined) return { ok: true, value: entries };
  const expected = 'a list of addresses and networks such as 10.0.0.7,10.1.0.0/16';
  return orExpected(undefined, expected, { text: wrong, label });
}

/** Keys that decide who gets in are fetched over TLS, or from this very machine. */
function parseKeyUrl({ text, label }: GivenText): ParsedOption {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const isLocal = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url?.hostname ?? '');
  const isFetchable = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal);
  if (url !== undefined && isFetchable && url.username === '' && url.password === '') {
    return { ok: true, value: url.href };
  }
  // An address may carry a password: it is not repeated.
  return {
    ok: false,
    problem:
      `Expected ${label} to be an https address without user name and password ` +
      '(http only on a loopback address), got something else.',
  };
}

/** Where calls go: the network in between is the operator's, so http is as good as https. */
function parseHttpUrl({ text, label }: GivenText): ParsedOption {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url !== undefined && isHttp && url.username === '' && url.password === '') {
    return { ok: true, value: url.href };
  }
  return {
    ok: false,
    problem:
      `Expected ${label} to be an http or https address without user name and password, ` +
      'got something else.',
  };
}

/** Who answers there is found out by connecting. An address may carry a password: it is not repeated. */
function parseRedisUrl({ text, label }: GivenText): ParsedOption {
  if (isRedisAddress(text)) return { ok: true, value: text.trim() };
  return {
    ok: false,
    problem: `Expected ${label} to be ${REDIS_ADDRESS_FORM}, got something else.`,
  };
}
