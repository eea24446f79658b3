import type { Terminal } from './terminal.ts';

/** A setting of a command, and where it was found, for the messages. */
export interface GivenSetting {
  readonly value: string;
  /** The flag in backticks, or the name of the variable. */
  readonly from: string;
}

/**
 * A setting from its flag, else from the environment variable of the same name; an empty one is as
 * good as none.
 */
export function findGiven(
  flag: string,
  value: string | undefined,
  { env }: Pick<Terminal, 'env'>,
): GivenSetting | undefined {
  if (value !== undefined && value !== '') return { value, from: `\`--${flag}\`` };
  const name = `HOLDFAST_${flag.toUpperCase().replaceAll('-', '_')}`;
  const variable = env[name] ?? '';
  return variable === '' ? undefined : { value: variable, from: name };
}
