import { detectEnvironment } from '../core/environment.ts';
import { describeValue, UsageError } from '../core/usage-error.ts';

/** An environment as it was named, and whether we know that name. */
export interface NamedEnvironment {
  readonly name: string | undefined;
  readonly isKnown: boolean;
}

/**
 * The environment that is in force: as given, else as the process was told.
 *
 * @param variables the environment variables of the process
 * @throws UsageError `bad-option` for what is no name at all
 */
export function nameEnvironment(
  given: string | undefined,
  variables: Readonly<Record<string, string | undefined>>,
): NamedEnvironment {
  if (given !== undefined && typeof given !== 'string') {
    throw new UsageError(
      'bad-option',
      `Expected \`environment\` to be a name, got ${describeValue(given)}.`,
      ['environment'],
    );
  }
  const { HOLDFAST_ENV, ENVIRONMENT, NODE_ENV } = variables;
  const name = given ?? [HOLDFAST_ENV, ENVIRONMENT, NODE_ENV].find(Boolean);
  return { name, isKnown: detectEnvironment(name).known };
}
