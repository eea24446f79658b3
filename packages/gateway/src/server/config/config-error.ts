/** The settings cannot be used. `problems` holds every complaint, one sentence or two each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Longest piece of a given value that a message repeats, in characters. */
const SHOWN_CHARACTERS = 60;

/**
 * A given value as a message may repeat it: one line, printable ASCII, cut short. Not for secrets:
 * those are described, never shown.
 */
export function shown(value: string): string {
  const printable = value.replaceAll(/[^ -~]/g, '?').replaceAll('`', "'");
  const cut =
    printable.length > SHOWN_CHARACTERS ? `${printable.slice(0, SHOWN_CHARACTERS)}…` : printable;
  return `\`${cut}\``;
}
