import type { OptionRow } from './option-row.ts';
import { optionTable } from './option-table.ts';

/** The option table as rows of one type, for code that treats all options alike. */
export const optionRows: readonly OptionRow[] = optionTable;

/** The flag of an option: `--ping-interval`. */
export function flagOf(row: OptionRow): string {
  return `--${row.name}`;
}

/** The environment variable of an option: `HOLDFAST_PING_INTERVAL`. */
export function variableOf(row: OptionRow): string {
  return `HOLDFAST_${row.name.toUpperCase().replaceAll('-', '_')}`;
}

/** The key of an option in a settings file and among parsed flags: `pingInterval`. */
export function keyOf(row: OptionRow): string {
  return row.name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The flag a user would know for an option of the library (`pingTimeoutMs` → `--ping-timeout`),
 * for repeating one of its complaints. A name that belongs to no flag is given back as it is.
 */
export function flagOfOption(libraryName: string): string {
  const row = optionRows.find((candidate) => candidate.property === libraryName);
  return row === undefined ? libraryName : flagOf(row);
}
