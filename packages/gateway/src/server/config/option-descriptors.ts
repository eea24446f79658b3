import { flagOf, keyOf, optionRows, variableOf } from './option-names.ts';
import type { OptionKind, OptionRow } from './option-row.ts';

/** What a command line parser and `--help` need to know about one option of `holdfast serve`. */
export interface OptionDescriptor {
  /** Name under which the parsed value is handed to `resolveConfig` as a flag. */
  readonly key: string;
  /** `--ping-interval <duration>`, as commander writes it. */
  readonly flags: string;
  /** Help text with the default in brackets. */
  readonly description: string;
  /** The environment variable that means the same. */
  readonly variable: string;
}

const PLACEHOLDERS: Readonly<Record<OptionKind, string>> = {
  text: '<text>',
  secret: '<secret>',
  url: '<url>',
  'http-url': '<url>',
  'redis-url': '<urls>',
  name: '<name>',
  integer: '<number>',
  percent: '<percent>',
  duration: '<duration>',
  size: '<size>',
  rate: '<rate>',
  'whole-rate': '<rate>',
  boolean: '[boolean]',
  origins: '<list>',
  addresses: '<list>',
  choice: '<name>',
  environment: '<name>',
};

/**
 * Every option for a command line parser, in the order of the table. A parser must not fill in
 * defaults itself: a flag that was not given must stay absent, or it would hide the environment
 * and the settings file.
 */
export function listOptionDescriptors(): OptionDescriptor[] {
  return optionRows.map((row) => ({
    key: keyOf(row),
    flags: `${flagOf(row)} ${PLACEHOLDERS[row.kind]}`,
    description: row.help + defaultText(row),
    variable: variableOf(row),
  }));
}

function defaultText(row: OptionRow): string {
  const text = row.defaultNote ?? row.default;
  return text === undefined ? '' : ` (default: ${text})`;
}
