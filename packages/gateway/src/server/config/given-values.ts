import { shown } from './config-error.ts';
import { readConfigFile } from './config-file.ts';
import { findNearestName } from './nearest-name.ts';
import { flagOf, keyOf, optionRows, variableOf } from './option-names.ts';
import type { OptionRow } from './option-row.ts';
import type { GivenText } from './option-values.ts';
import { readVariables } from './variables.ts';

/** Where settings come from, besides what is made up. */
export interface GivenSources {
  /** Parsed flags by key (`pingInterval`); a flag that was not given is absent or undefined. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the settings file; throws what `readFileSync` throws. */
  readonly readFile: (path: string) => string;
}

/** What was found wrong, or worth saying, on the way. */
export interface Findings {
  readonly problems: string[];
  readonly notes: string[];
  /** Properties whose given value could not be read: nothing may be concluded from their absence. */
  readonly unreadable: Set<string>;
}

/** Everything that was given, before any of it is understood. */
export interface Given {
  readonly flags: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, string>;
  readonly file: ReadonlyMap<string, unknown>;
  readonly filePath: string | undefined;
}

/** Collects flags, variables and the settings file; names that nobody knows become problems. */
export function gatherGiven({ flags, env, readFile }: GivenSources, findings: Findings): Given {
  const given = new Map(
    Object.entries(flags).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)] as const],
    ),
  );
  reportUnknownKeys([...given.keys()], findings);
  const variables = readVariables(env);
  findings.problems.push(...variables.problems);
  findings.notes.push(...variables.notes);
  const filePath = given.get('config') ?? variables.values.get('HOLDFAST_CONFIG');
  const file = filePath === undefined ? new Map() : loadFile(filePath, readFile, findings);
  return { flags: given, variables: variables.values, file, filePath };
}

function reportUnknownKeys(keys: readonly string[], findings: Findings): void {
  const known = optionRows.map(keyOf);
  for (const key of keys) {
    if (known.includes(key)) continue;
    const nearest = optionRows.find((row) => keyOf(row) === findNearestName(key, known));
    const name = nearest === undefined ? '' : flagOf(nearest);
    findings.problems.push(
      `Expected every flag to be a known one, got ${shown(key)}. The nearest is ${name}.`,
    );
  }
}

function loadFile(
  path: string,
  readFile: GivenSources['readFile'],
  findings: Findings,
): ReadonlyMap<string, unknown> {
  const file = readConfigFile({ flag: '--config', path }, readFile);
  if (!file.ok) {
    findings.problems.push(file.problem);
    for (const row of optionRows) findings.unreadable.add(row.property);
    return new Map();
  }
  // A settings file does not name another one.
  const known = optionRows.map(keyOf).filter((key) => key !== 'config');
  for (const key of file.entries.keys()) {
    if (known.includes(key)) continue;
    const nearest = findNearestName(key, known) ?? '';
    findings.problems.push(
      `Expected every key in ${shown(path)} to be a known one, got ${shown(key)}. The nearest is \`${nearest}\`.`,
    );
  }
  return file.entries;
}

/** The text given for one option, from the place that wins; undefined when there is none. */
export function findGivenText(
  row: OptionRow,
  given: Given,
  findings: Findings,
): GivenText | undefined {
  const flag = given.flags.get(keyOf(row));
  if (flag !== undefined) return { text: flag, label: `\`${flagOf(row)}\`` };
  const variable = given.variables.get(variableOf(row));
  if (variable !== undefined) return { text: variable, label: variableOf(row) };
  const entry = given.file.get(keyOf(row));
  if (entry !== undefined && entry !== null) {
    const label = `\`${keyOf(row)}\` in ${shown(given.filePath ?? '')}`;
    const text = textOfEntry(row, entry);
    if (text !== undefined) return { text, label };
    findings.problems.push(
      `Expected ${label} to be ${describeEntry(row)}, got another type of value.`,
    );
    findings.unreadable.add(row.property);
    return undefined;
  }
  return row.default === undefined ? undefined : { text: row.default, label: `\`${flagOf(row)}\`` };
}

const LIST_KINDS: ReadonlySet<string> = new Set(['origins', 'addresses', 'redis-url']);
const TEXT_KINDS: ReadonlySet<string> = new Set([
  'text',
  'secret',
  'url',
  'http-url',
  'name',
  'environment',
  'choice',
]);

/** Undefined when the entry has the wrong type. A number is no text: YAML would have rounded it. */
function textOfEntry(row: OptionRow, entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (LIST_KINDS.has(row.kind)) {
    const isList = Array.isArray(entry) && entry.every((item) => typeof item === 'string');
    return isList ? entry.join(',') : undefined;
  }
  if (TEXT_KINDS.has(row.kind)) return undefined;
  return typeof entry === 'number' || typeof entry === 'boolean' ? String(entry) : undefined;
}

function describeEntry(row: OptionRow): string {
  if (LIST_KINDS.has(row.kind)) return 'text, or a list of texts';
  return TEXT_KINDS.has(row.kind) ? 'text (in quotes)' : 'a single value';
}
