/**
 * Thrown when the caller asked for something that cannot be meant: a contradiction between options, a user id that is
 * no text, a socket without the methods of the port. Outcomes that depend on the world (no slot free) are values, never
 * errors.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** A stable word for programs, such as `bad-option`. */
  readonly code: UsageErrorCode;
  /** The options that took part, by their names in {@link SessionOptions}; empty where none did. */
  readonly options: readonly string[];

  constructor(code: UsageErrorCode, message: string, options: readonly string[] = []) {
    super(message);
    this.code = code;
    this.options = options;
  }
}

/** Every code a {@link UsageError} can carry. */
export type UsageErrorCode =
  | 'bad-option'
  | 'contradicting-options'
  | 'bad-user'
  | 'bad-event'
  | 'bad-socket'
  | 'bad-state'
  | 'bad-limit'
  | 'bad-resume';

/** A short, harmless picture of a value for an error text: its type, and its text where that is short. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > 40 ? `a text of ${value.length} characters` : JSON.stringify(value);
  }
  if (
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value === null ||
    value === undefined
  ) {
    return String(value);
  }
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
